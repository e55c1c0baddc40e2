import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { verifyLog } from '../../../sdk/src/transparency/transparency.ts';
import { openLog, sourceOf, temporaryFolder } from './test-log.ts';

const killCount = 20;

/** Appends with 16 in flight and writes `index number` for each acknowledged record. */
const appender = `
import { writeSync } from 'node:fs';
const { entry, openLog } = await import(process.argv[1]);
const log = await openLog(process.argv[2], { checkpointIntervalMs: 20 });
let number = Number(process.argv[3]);
async function lane() {
  for (;;) {
    const mine = number++;
    const index = await log.append(entry(mine));
    writeSync(1, index + ' ' + mine + '\\n');
  }
}
await Promise.all(Array.from({ length: 16 }, lane));
`;

/** Kills the child once it acknowledged that many records; answers all that it acknowledged. */
async function runAndKill(folder: string, firstNumber: number, records: number): Promise<[number, number][]> {
  const fixture = new URL('./test-log.ts', import.meta.url).href;
  const args = ['--input-type=module', '--eval', appender, fixture, folder, String(firstNumber)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (output.split('\n').length > records) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  const whole = output.slice(0, output.lastIndexOf('\n') + 1);
  return [...whole.matchAll(/(\d+) (\d+)\n/g)].map(([, index, number]) => [Number(index), Number(number)]);
}

test(`no acknowledged record is lost over ${killCount} kills`, async () => {
  using folder = temporaryFolder();
  const acknowledged = new Map<number, number>();
  for (let kill = 0; kill < killCount; kill += 1) {
    // From killed almost at once to killed after some checkpoints and segments.
    const records = 1 + ((kill * 397) % 1500);
    for (const [index, number] of await runAndKill(folder.path, kill * 1_000_000, records)) {
      expect(acknowledged.has(index), `index ${index} was given twice`).toBe(false);
      acknowledged.set(index, number);
    }
  }
  const log = await openLog(folder.path);
  const records = await log.records(0, log.size);
  for (const [index, number] of acknowledged) expect(records[index]?.record.details?.number).toBe(number);
  expect(acknowledged.size).toBeGreaterThan(killCount);
  expect(await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys })).toMatchObject({ ok: true, problems: [] });
  await log.close();
}, 120_000);
