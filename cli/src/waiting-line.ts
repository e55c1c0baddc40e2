/** Work that is over sooner needs no word. */
const shownAfterMs = 1000;

/** Back to the start of the line, which is erased (ECMA-48 EL). */
const erase = '\r\u001b[K';

let timer: NodeJS.Timeout | undefined;
let isDrawn = false;

/** From a second on, says on the terminal what is waited for and since when; anything else that is written ends it. */
export function startWaiting(what: string): void {
  stopWaiting();
  if (!process.stderr.isTTY) return;
  const startedAt = performance.now();
  timer = setInterval(() => {
    isDrawn = true;
    process.stderr.write(`${erase}ferrohsm: ${what}: ${Math.floor((performance.now() - startedAt) / 1000)} s`);
  }, shownAfterMs).unref();
}

export function stopWaiting(): void {
  clearInterval(timer);
  if (isDrawn) process.stderr.write(erase);
  isDrawn = false;
}
