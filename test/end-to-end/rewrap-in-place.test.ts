import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Envelope } from '@ferrohsm/sdk/envelope';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JobWatcher, rewrapLines } from '../../cli/src/rewrap/rewrap-lines.ts';
import { command } from '../../tools/throw-away-sidecar.ts';
import { hasStrace } from '../crash/traced-process.ts';
import { liveSidecar } from './live-sidecar.ts';

const sidecar = liveSidecar();
let hsm: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect();
});
afterAll(() => hsm.close());

let turns = 0;

/** A key with two versions, and lines that are wrapped under its first, one text each. */
async function outdated(count: number) {
  turns += 1;
  const name = `in-place-${turns}`;
  const algorithm = { name: 'AES-GCM', length: 256 } as const;
  await hsm.keys.create({ name, algorithm, usages: ['encrypt', 'decrypt'] });
  const lines = await Promise.all(
    Array.from({ length: count }, async (_, id) => {
      const { wrapped, version } = await hsm.dataKeys.generate(name);
      return `${JSON.stringify({ id, name, version, wrapped: Buffer.from(wrapped).toString('base64url') })}\n`;
    }),
  );
  await hsm.keys.rotate(name);
  return { name, lines, file: join(sidecar.folders.root, `${name}.ndjson`) };
}

function words(file: string): string[] {
  return ['data-key', 'rewrap-all', '--input', file, '--output', file, '--force'];
}

async function statusOf(list: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [command, ...list, '--socket', sidecar.process.socket], { stdio: 'ignore' });
  const [status] = await once(child, 'close');
  return status;
}

/** Runs a job in this process, over a file in its place. */
async function rewrapped(file: string, watcher: Partial<JobWatcher> = {}) {
  const nothing = () => undefined;
  const options = { inFlight: 1000, stopOnError: false, signal: new AbortController().signal };
  const job = { ...options, input: file, output: file, key: undefined, force: true, restart: false };
  const { counts } = await rewrapLines(hsm.dataKeys, job, {
    progress: nothing,
    failed: nothing,
    note: nothing,
    ...watcher,
  });
  return counts;
}

function idsAndVersions(file: string): [number, number][] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line)).map(({ id, version }) => [id, version]);
}

describe('a line that is written while the job runs', () => {
  test('is not lost: nothing is replaced, and the same job goes on with it', async () => {
    const { lines, file } = await outdated(40);
    writeFileSync(file, lines.slice(0, 30).join(''));
    const progress = (done: number, total: number) => {
      if (done === total) appendFileSync(file, lines.slice(30).join(''));
    };
    await expect(rewrapped(file, { progress })).rejects.toMatchObject({ exitStatus: 75 });
    expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
    expect(await rewrapped(file)).toMatchObject({ rewrapped: 40, failed: 0 });
    expect(idsAndVersions(file)).toEqual(lines.map((_, id) => [id, 2]));
  });

  test.each([1, 20])('is not split when only a part of it was there; lines: %i', async (count) => {
    const { lines, file } = await outdated(count);
    const whole = lines.join('');
    writeFileSync(file, whole.slice(0, -100));
    const failed = () => appendFileSync(file, whole.slice(-100));
    await expect(rewrapped(file, { failed })).rejects.toMatchObject({ exitStatus: 75 });
    expect(readFileSync(file, 'utf8')).toBe(whole);
    expect(await rewrapped(file)).toMatchObject({ rewrapped: count, failed: 0 });
    expect(idsAndVersions(file)).toEqual(lines.map((_, id) => [id, 2]));
  });
});

test('everything but the data keys keeps its bytes: no text, blank lines, a last line without its end', async () => {
  const { lines, file } = await outdated(2);
  const [first = '', second = ''] = lines;
  const latin1 = Buffer.from('{"wrapped":"YQ","name":"M\xfcller"}\r\n\n', 'latin1');
  const half = second.slice(0, 70);
  writeFileSync(file, Buffer.concat([Buffer.from(`\n${first}`), latin1, Buffer.from(half)]));
  expect(await statusOf(words(file))).toBe(1);
  const now = readFileSync(file);
  const end = now.indexOf('}\n') + 2;
  expect(JSON.parse(now.subarray(0, end).toString())).toMatchObject({ id: 0, version: 2 });
  expect(now[0]).toBe(0x0a);
  expect(now.subarray(end)).toEqual(Buffer.concat([latin1, Buffer.from(half)]));
});

test('a link stays, and what it leads to is new', async () => {
  const { lines, file } = await outdated(3);
  writeFileSync(file, lines.join(''));
  const link = `${file}.link`;
  symlinkSync(file, link);
  expect(await statusOf(words(link))).toBe(0);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(idsAndVersions(file)).toEqual(lines.map((_, id) => [id, 2]));
});

describe.runIf(hasStrace())('a name is on stable storage', () => {
  /** Calls that change names below a folder or make them durable, in order. */
  function callsOf(list: readonly string[], folder: string): string[] {
    const trace = join(sidecar.folders.root, `trace-${turns}`);
    const calls = 'trace=rename,renameat,renameat2,fsync,unlink,unlinkat';
    const run = [process.execPath, command, ...list, '--socket', sidecar.process.socket];
    const { status } = spawnSync('strace', ['-f', '-y', '-s', '4096', '-e', calls, '-o', trace, ...run]);
    expect(status).toBe(0);
    return readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => line.includes(folder) && !line.includes('resumed'));
  }

  function position(calls: readonly string[], pattern: RegExp): number {
    const at = calls.findIndex((line) => pattern.test(line));
    expect(at, `${pattern} in ${calls.join('\n')}`).toBeGreaterThanOrEqual(0);
    return at;
  }

  test('before the journal of a job goes', async () => {
    const { lines, file } = await outdated(3);
    writeFileSync(file, lines.join(''));
    const calls = callsOf(words(file), sidecar.folders.root);
    const renamed = position(calls, /rename\w*\(.*\.rewrap"/);
    const rest = calls.slice(renamed);
    const synced = position(rest, new RegExp(`fsync\\(\\d+<${sidecar.folders.root}>`));
    expect(synced).toBeLessThan(position(rest, /unlink\w*\(.*\.rewrap-journal"/));
    expect(existsSync(`${file}.rewrap-journal`)).toBe(false);
  });

  test('before an envelope counts as done', async () => {
    const { name } = await outdated(0);
    const folder = join(sidecar.folders.root, `folder-${turns}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.fhsm'), await new Envelope(hsm.dataKeys).encryptBytes(name, Buffer.from('content')));
    await hsm.keys.rotate(name);
    const calls = callsOf(['file', 'rewrap', folder, '--recursive'], folder);
    const renamed = position(calls, /rename\w*\(.*\.rewrap"/);
    position(calls.slice(renamed), new RegExp(`fsync\\(\\d+<${folder}>`));
  });
});
