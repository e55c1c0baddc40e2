import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command, createFolders, discardFolders, startSidecarProcess } from '../../tools/throw-away-sidecar.ts';
import { fillFolders } from './keyed-folders.ts';
import { describeMachine } from './machine.ts';
import { median, percentile } from './statistics.ts';
import { TypedTerminal } from './typed-terminal.ts';

// From a key of the keyboard to the frame that answers it, in "ferrohsm top" on a pseudo-terminal over a real sidecar with
// many keys: node test/bench/top.ts [--keys 10000] [--presses 200]. Exit status 1 where a redraw takes longer than promised.

const { values } = parseArgs({
  options: { keys: { type: 'string', default: '10000' }, presses: { type: 'string', default: '100' } },
});
const keys = Number(values.keys);
const presses = Number(values.presses);
/** What the product promises. */
const mostMs = 50;

const strokes: Readonly<Record<string, string>> = {
  Down: '\u001b[B',
  PgDn: '\u001b[6~',
  PgUp: '\u001b[5~',
};
const last = '\u001b[F';

const folders = createFolders();
try {
  const { cpu, cores, loadAverage } = describeMachine(folders.root);
  await fillFolders(folders, keys);
  console.log(`${cpu}, ${cores} cores, load ${loadAverage.toFixed(1)}; ${keys.toLocaleString('en')} keys`);
  const sidecar = await startSidecarProcess({ folders });
  try {
    for (const [columns, rows] of [
      [80, 24],
      [200, 60],
    ] as const) {
      await measure(sidecar.socket, columns, rows);
    }
  } finally {
    await sidecar.stop();
  }
} finally {
  discardFolders(folders);
}

async function measure(socket: string, columns: number, rows: number): Promise<void> {
  const terminal = new TypedTerminal({
    columns,
    rows,
    command: `${process.execPath} ${command} top --socket ${socket}`,
    environment: { ...process.env, TERM: 'xterm-256color', XDG_CONFIG_HOME: join(folders.root, 'settings') },
  });
  try {
    await terminal.until(/bench\/0000010/);
    await scrollToTheEnd(terminal);
    for (const [name, stroke] of Object.entries(strokes)) await report(terminal, `${columns}x${rows} ${name}`, stroke);
  } finally {
    await terminal.end();
  }
}

/** Until all keys were fetched: each press fetches one more page. */
async function scrollToTheEnd(terminal: TypedTerminal): Promise<void> {
  while (!terminal.has(new RegExp(`of ${keys}`))) {
    await terminal.press(last);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await terminal.press('\u001b[H');
}

async function report(terminal: TypedTerminal, what: string, stroke: string): Promise<void> {
  const timesMs: number[] = [];
  for (let press = 0; press < presses; press++) {
    timesMs.push(await terminal.press(stroke));
    // Nobody types faster, and a frame that is due does not count for the next.
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const [middle, most] = [median(timesMs), percentile(timesMs, 99)];
  console.log(`${what}: median ${middle.toFixed(1)} ms, p99 ${most.toFixed(1)} ms`);
  if (middle > mostMs) process.exitCode = 1;
}
