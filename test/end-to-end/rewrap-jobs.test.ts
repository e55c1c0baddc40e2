import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Envelope, rewrapAll } from '@ferrohsm/sdk/envelope';
import type { FerroHsm, KeyUsage } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../../tools/throw-away-sidecar.ts';
import { collect, filesBelow, liveSidecar } from './live-sidecar.ts';
import { openedEnvelope } from './opened-envelope.ts';

const sidecar = liveSidecar();
let hsm: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect();
});
afterAll(() => hsm.close());

const kem: readonly KeyUsage[] = ['encapsulateBits', 'decapsulateBits'];
const algorithms = [
  [{ name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']],
  [{ name: 'ML-KEM-768' }, kem],
  [{ name: 'MLKEM768-X25519' }, kem],
] as const;

/** A data key and its line, as an application keeps them. */
interface Kept {
  readonly id: number;
  readonly name: string;
  readonly wrapped: string;
  readonly version: number;
}

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Report {
  readonly rewrapped: number;
  readonly current: number;
  readonly failed: number;
  readonly skipped?: number;
  readonly failures: readonly { readonly at: string; readonly code: string; readonly reason: string }[];
  readonly outrun: readonly string[];
}

let turns = 0;

/** Named keys of their own for one test. */
async function namedKeys(): Promise<string[]> {
  turns += 1;
  const names: string[] = [];
  for (const [algorithm, usages] of algorithms) {
    const name = `turn-${turns}/${algorithm.name.toLowerCase()}`;
    await hsm.keys.create({ name, algorithm, usages });
    names.push(name);
  }
  return names;
}

/** Data keys of all the named keys in turn, and the lines of a file that keeps them. */
async function keptKeys(names: readonly string[], count: number): Promise<{ dataKeys: Buffer[]; kept: Kept[] }> {
  const made = await Promise.all(
    Array.from({ length: count }, async (_, id) => {
      const name = names[id % names.length] ?? '';
      return { id, name, ...(await hsm.dataKeys.generate(name)) };
    }),
  );
  const dataKeys = made.map(({ dataKey }) => Buffer.from(dataKey));
  const kept = made.map(({ id, name, wrapped, version }) => ({
    ...{ id, name, version, wrapped: Buffer.from(wrapped).toString('base64url') },
  }));
  return { dataKeys, kept };
}

function fileOf(lines: readonly object[]): string {
  const path = join(sidecar.folders.root, `kept-${randomBytes(4).toString('hex')}.ndjson`);
  writeFileSync(path, fileText(lines));
  return path;
}

function keptIn(path: string): Kept[] {
  const text = readFileSync(path, 'utf8').trimEnd();
  return text.split('\n').map((line) => JSON.parse(line) as Kept);
}

function started(words: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [command, ...words, '--json', '--socket', sidecar.process.socket]);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const ended = once(child, 'close').then(([status, signal]) => ({ status, signal, ...texts }) as Ended);
  return { child, ended };
}

function ferrohsm(...words: readonly string[]): Promise<Ended> {
  return started(words).ended;
}

/**
 * Runs the job again and again, each time with a signal at some moment of its work, until it is done.
 *
 * @param trace changes when the job does something
 * @returns how often it was ended, and how it ended by itself
 */
async function interrupted(words: readonly string[], signal: 'SIGKILL' | 'SIGINT', trace: () => unknown) {
  for (let hits = 0; ; hits += 1) {
    const before = trace();
    const { child, ended } = started(words);
    while (child.exitCode === null && trace() === before) await pause(2);
    await Promise.race([ended, pause(Math.random() * 500)]);
    if (hits < 6) child.kill(signal);
    const result = await ended;
    if (result.signal === null) return { hits, ...result };
    expect(result.signal).toBe(signal);
  }
}

async function requireWhole(path: string, { dataKeys, kept }: { dataKeys: Buffer[]; kept: Kept[] }, version: number) {
  const now = keptIn(path);
  expect(now.map(({ id, name }) => [id, name])).toEqual(kept.map(({ id, name }) => [id, name]));
  expect(new Set(now.map((line) => line.version))).toEqual(new Set([version]));
  const opened = await Promise.all(
    now.map(({ name, wrapped }) => hsm.dataKeys.decrypt(name, Buffer.from(wrapped, 'base64url'))),
  );
  expect(opened.every((each) => each.version === version)).toBe(true);
  expect(opened.map(({ dataKey }) => Buffer.from(dataKey).toString('hex'))).toEqual(
    dataKeys.map((dataKey) => dataKey.toString('hex')),
  );
}

async function rotate(names: readonly string[]): Promise<void> {
  for (const name of names) await hsm.keys.rotate(name);
}

test('2,000 data keys: a job that is killed again and again loses and doubles none', async () => {
  const names = await namedKeys();
  const all = await keptKeys(names, 2000);
  const input = fileOf(all.kept);
  const output = `${input}.new`;
  await rotate(names);
  const words = ['data-key', 'rewrap-all', '--input', input, '--output', output, '--in-flight', '4'];
  const { hits, status, stdout, stderr } = await interrupted(words, 'SIGKILL', () => sizeOf(`${output}.rewrap`));
  expect(status).toBe(0);
  expect(hits).toBeGreaterThan(0);
  expect(stderr).toContain('going on behind line ');
  expect(JSON.parse(stdout)).toMatchObject({ rewrapped: 2000, current: 0, failed: 0, failures: [], outrun: [] });
  await requireWhole(output, all, 2);
  expect(existsSync(`${output}.rewrap`) || existsSync(`${output}.rewrap-journal`)).toBe(false);
  expect(keptIn(input)).toEqual(all.kept);
}, 180_000);

test('a job that is cancelled says so and goes on; what is new already is left as it is', async () => {
  const names = await namedKeys();
  const all = await keptKeys(names, 600);
  const input = fileOf(all.kept);
  await rotate(names);
  const words = ['data-key', 'rewrap-all', '--input', input, '--output', input, '--force', '--in-flight', '4'];
  const { hits, stdout } = await interrupted(words, 'SIGINT', () => sizeOf(`${input}.rewrap`));
  expect(hits).toBeGreaterThan(0);
  expect(JSON.parse(stdout)).toMatchObject({ rewrapped: 600, failed: 0 });
  await requireWhole(input, all, 2);
  const before = readFileSync(input);
  const again = await ferrohsm(...words);
  expect(JSON.parse(again.stdout)).toMatchObject({ rewrapped: 0, current: 600, failed: 0 });
  expect(readFileSync(input).equals(before)).toBe(true);
}, 180_000);

describe('what cannot be wrapped anew', () => {
  test('stands in the output as it was, with its reason in the report, and the job ends with status 1', async () => {
    const names = await namedKeys();
    const { kept } = await keptKeys(names, 30);
    const [first, second] = kept as [Kept, Kept];
    const lines: object[] = [...kept];
    lines[3] = { ...first, wrapped: second.wrapped };
    lines[7] = { ...first, name: 'no/such-key' };
    lines[11] = { id: 11, note: 'nothing is wrapped here' };
    const input = fileOf(lines);
    await rotate(names);
    const output = `${input}.new`;
    const { status, stdout, stderr } = await ferrohsm('data-key', 'rewrap-all', '--input', input, '--output', output);
    expect(status).toBe(1);
    const { failures, ...report } = JSON.parse(stdout) as Report;
    expect(report).toEqual({ rewrapped: 27, current: 0, failed: 3, outrun: [] });
    expect(failures.map(({ at, code }) => `${at}: ${code}`)).toEqual([
      'line 4: data_invalid',
      'line 8: not_found',
      'line 12: data_invalid',
    ]);
    expect(stderr).toContain('line 12: data is not valid: no member "wrapped" in base64url');
    const now = keptIn(output);
    expect(now).toHaveLength(30);
    for (const index of [3, 7, 11]) expect(now[index]).toEqual(lines[index]);
  });

  test('ends the job where that is asked for, and the job goes on from there', async () => {
    const names = await namedKeys();
    const all = await keptKeys(names, 40);
    const lines = all.kept.map((line) => (line.id === 20 ? { ...line, name: 'absent/so-far' } : line));
    const input = fileOf(lines);
    await rotate(names);
    const words = ['data-key', 'rewrap-all', '--input', input, '--output', `${input}.new`, '--stop-on-error'];
    const refused = await ferrohsm(...words);
    expect(refused.status).toBe(5);
    expect(existsSync(`${input}.new`)).toBe(false);
    // The name comes to the key that the line meant.
    const meant = all.kept[20]?.name ?? '';
    await hsm.keys.rename(meant, 'absent/so-far');
    const changed = await ferrohsm(...words);
    await hsm.keys.rename('absent/so-far', meant);
    // The lines behind it name the key by its old name.
    expect(changed.status).toBe(5);
    expect(changed.stderr).toContain('going on behind line 20');
    const { status } = await ferrohsm(...words);
    expect(status).toBe(0);
  });
});

test('a job goes on only with the input that it began with', async () => {
  const names = await namedKeys();
  const { kept } = await keptKeys(names, 40);
  const broken = kept.map((line) => (line.id === 20 ? { ...line, name: 'no/such-key' } : line));
  const input = fileOf(broken);
  await rotate(names);
  const words = ['data-key', 'rewrap-all', '--input', input, '--output', `${input}.new`, '--stop-on-error'];
  expect((await ferrohsm(...words)).status).toBe(5);
  writeFileSync(input, fileText(kept.toReversed()));
  const refused = await ferrohsm(...words);
  expect(refused.status).toBe(65);
  expect(refused.stderr).toContain('begin anew with --restart');
  expect((await ferrohsm(...words, '--restart')).status).toBe(0);
  expect(keptIn(`${input}.new`).map(({ id }) => id)).toEqual(kept.map(({ id }) => id).toReversed());
});

test('a second job for the same output is refused while the first goes on', async () => {
  const names = await namedKeys();
  const input = fileOf((await keptKeys(names, 400)).kept);
  await rotate(names);
  const words = ['data-key', 'rewrap-all', '--input', input, '--output', `${input}.new`, '--in-flight', '1'];
  const first = started(words);
  await expect.poll(() => existsSync(`${input}.new.rewrap`), { timeout: 20_000, interval: 5 }).toBe(true);
  const second = await ferrohsm(...words);
  expect(second.status).toBe(75);
  expect((await first.ended).status).toBe(0);
}, 120_000);

test('a rotation while the job goes on is found out', async () => {
  const names = await namedKeys();
  const [name = ''] = names;
  const { kept } = await keptKeys([name], 600);
  await hsm.keys.rotate(name);
  const rows = kept.map((line) => ({ ...line, wrapped: Buffer.from(line.wrapped, 'base64url') }));
  const versions: number[] = [];
  for await (const result of rewrapAll(hsm.dataKeys, rows, { inFlight: 8 })) {
    if (result.outcome !== 'failed') versions.push(result.version);
    if (versions.length === 300) await hsm.keys.rotate(name);
  }
  expect(versions.slice(0, 300)).toEqual(Array(300).fill(2));
  expect(versions.at(-1)).toBe(3);
  const newest = await collect(rewrapAll(hsm.dataKeys, rows));
  expect(newest.every((result) => result.outcome === 'rewrapped' && result.version === 3)).toBe(true);
});

describe('a folder of envelopes', () => {
  const content = (id: number) => Buffer.alloc(2000 + id * 37, `content of ${id} `);

  /** Envelopes in folders within folders, and files that are none. */
  async function archive(names: readonly string[], count: number): Promise<string> {
    const folder = join(sidecar.folders.root, `archive-${randomBytes(4).toString('hex')}`);
    const envelope = new Envelope(hsm.dataKeys);
    for (let id = 0; id < count; id++) {
      const place = join(folder, `${id % 5}`, `${id % 3}`);
      mkdirSync(place, { recursive: true });
      const sealed = await envelope.encryptBytes(names[id % names.length] ?? '', content(id), { chunkBytes: 1024 });
      writeFileSync(join(place, `${id}.fhsm`), sealed, { mode: 0o640 });
    }
    writeFileSync(join(folder, 'readme'), 'no envelope');
    return folder;
  }

  async function requireOpen(folder: string, count: number, version: number): Promise<void> {
    for (let id = 0; id < count; id++) {
      const path = join(folder, `${id % 5}`, `${id % 3}`, `${id}.fhsm`);
      const opened = await openedEnvelope(readFileSync(path), async (keyId, wrapped) => {
        const answer = await hsm.dataKeys.decrypt(keyId, wrapped);
        expect(answer.version).toBe(version);
        return answer.dataKey;
      });
      expect(opened.equals(content(id))).toBe(true);
    }
  }

  test('is wrapped anew in place, killed at any time; what that leaves behind goes later', async () => {
    const names = await namedKeys();
    const folder = await archive(names, 300);
    await rotate(names);
    const words = ['file', 'rewrap', folder, '--recursive', '--in-flight', '4'];
    const { hits, status, stdout } = await interrupted(words, 'SIGKILL', () => lastChange(folder));
    expect(status).toBe(0);
    expect(hits).toBeGreaterThan(0);
    const { rewrapped, current, ...report } = JSON.parse(stdout) as Report;
    expect(rewrapped + current).toBe(300);
    expect(report).toEqual({ failed: 0, skipped: 1, failures: [], outrun: [] });
    expect(readFileSync(join(folder, 'readme'), 'utf8')).toBe('no envelope');
    expect(statSync(join(folder, '0', '0', '0.fhsm')).mode & 0o777).toBe(0o640);
    await requireOpen(folder, 300, 2);
    for (const path of filesBelow(folder)) if (path.endsWith('.rewrap')) makeOld(path);
    const again = await ferrohsm(...words);
    expect(JSON.parse(again.stdout)).toMatchObject({ rewrapped: 0, current: 300 });
    expect(filesBelow(folder)).toHaveLength(301);
  }, 180_000);

  test('goes on over what is broken, removes what was left behind, and says so', async () => {
    const names = await namedKeys();
    const folder = await archive(names, 15);
    await rotate(names);
    const cut = join(folder, '2', '1', '7.fhsm');
    writeFileSync(cut, readFileSync(cut).subarray(0, 60));
    const foreign = join(folder, '3', '2', '8.fhsm');
    const changed = readFileSync(foreign);
    changed[70] = (changed[70] ?? 0) ^ 1;
    writeFileSync(foreign, changed);
    const left = join(folder, '0', '0', `0.fhsm.${'ab'.repeat(6)}.rewrap`);
    writeFileSync(left, readFileSync(join(folder, '0', '0', '0.fhsm')).subarray(0, 500));
    chmodSync(left, 0o600);
    makeOld(left);
    const { status, stdout } = await ferrohsm('file', 'rewrap', folder, '--recursive');
    expect(status).toBe(1);
    const { failures, ...report } = JSON.parse(stdout) as Report;
    expect(report).toEqual({ rewrapped: 13, current: 0, failed: 2, skipped: 1, outrun: [] });
    expect(new Set(failures.map(({ at }) => at))).toEqual(new Set([cut, foreign]));
    expect(readFileSync(cut)).toHaveLength(60);
    expect(readFileSync(foreign).equals(changed)).toBe(true);
    expect(existsSync(left)).toBe(false);
  });
});

function fileText(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** As if a job had been killed an hour ago. */
function makeOld(path: string): void {
  const before = Date.now() / 1000 - 3600;
  utimesSync(path, before, before);
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function lastChange(folder: string): number {
  return Math.max(...filesBelow(folder).map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0));
}
