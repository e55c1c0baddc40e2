import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect, type FerroHsm, FerroHsmError } from '@ferrohsm/sdk/node';

// node --expose-gc session-key-loop.ts --socket PATH --keys N [--hold]: makes session keys and lets go of them, or not,
// and prints what came of it as JSON.

/** What the loop has seen. */
export interface LoopReport {
  /** Session keys that one connection may hold. */
  readonly quota: number;
  readonly made: number;
  /** Codes of the errors by which keys were refused; the loop ends with the first. */
  readonly refusals: readonly string[];
  /** Resident memory of the sidecar after the first tenth and at the end. */
  readonly residentBytes: readonly [number, number];
}

/** Keys that are made side by side, and between two collections. */
const width = 40;
const collectEvery = 2000;

const { values: options } = parseArgs({
  options: {
    socket: { type: 'string', default: '' },
    keys: { type: 'string', default: '0' },
    hold: { type: 'boolean', default: false },
  },
});
await using hsm = await connect({ socket: options.socket });
console.log(JSON.stringify(await loop(hsm, Number(options.keys))));

async function loop(hsm: FerroHsm, count: number): Promise<LoopReport> {
  const held: unknown[] = [];
  const refusals: string[] = [];
  let made = 0;
  let early = 0;
  while (made < count && refusals.length === 0) {
    for (const outcome of await Promise.allSettled(Array.from({ length: width }, () => makeKey(hsm)))) {
      if (outcome.status === 'rejected') refusals.push(codeOf(outcome.reason));
      else made += 1;
      if (options.hold) held.push(outcome);
    }
    if (made % collectEvery === 0) await collect();
    if (early === 0 && made >= count / 10) early = (await hsm.system.status()).residentBytes;
  }
  const late = (await hsm.system.status()).residentBytes;
  return { quota: hsm.hello.limits.sessionKeys, made, refusals, residentBytes: [early, late] };
}

function makeKey(hsm: FerroHsm): Promise<unknown> {
  return hsm.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** Finalizers run in a task of their own, and what they release goes out with the next calls. */
async function collect(): Promise<void> {
  globalThis.gc?.();
  await setImmediate();
}

function codeOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  return cause instanceof FerroHsmError ? cause.code : String(error);
}
