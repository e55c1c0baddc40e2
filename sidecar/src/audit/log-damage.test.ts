import { chmodSync, cpSync, globSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyLog } from '../../../sdk/src/transparency/transparency.ts';
import { Secret } from '../secret.ts';
import { verifierKeys } from './checkpoint.ts';
import { appendMany, logOrigin, openLog, signers, sourceOf, temporaryFolder } from './test-log.ts';

const signedRecords = 600;
const allRecords = 620;
const unavailable = (detail: RegExp) =>
  expect.objectContaining({ code: 'audit_corrupt', detail: expect.stringMatching(detail) });

/** A log with full and growing tiles, a tail in the journal, and a checkpoint from before. */
const folder = temporaryFolder();
const template = join(folder.path, 'template');
let olderCheckpoint: string;

beforeAll(async () => {
  const log = await openLog(join(folder.path, 'running'));
  olderCheckpoint = await log.checkpoint();
  for (let start = 0; start < signedRecords; start += 200) {
    await appendMany(log, start, 200);
    await log.checkpoint();
  }
  await appendMany(log, signedRecords, allRecords - signedRecords);
  cpSync(join(folder.path, 'running'), template, { recursive: true });
  await log.close();
});
afterAll(() => folder[Symbol.dispose]());

/** What becomes of a copy of the log that was altered. */
async function judge(alter: (path: string) => void): Promise<'refused' | 'not verified' | 'accepted'> {
  using copy = temporaryFolder();
  const path = join(copy.path, 'log');
  cpSync(template, path, { recursive: true });
  alter(path);
  const log = await openLog(path).catch((error) => {
    expect(error).toMatchObject({ code: 'audit_corrupt' });
    return undefined;
  });
  if (log === undefined) return 'refused';
  expect(log.size).toBe(allRecords);
  await log.close();
  const report = await verifyLog(sourceOf(path), { keys: log.verifierKeys });
  return report.ok ? 'accepted' : 'not verified';
}

const flip = (name: string, at: number) => (path: string) => {
  const bytes = readFileSync(join(path, name));
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
  writeFileSync(join(path, name), bytes);
};

function strides(name: string, steps: number): number[] {
  const { size } = statSync(join(template, name));
  return Array.from({ length: steps }, (_, i) => Math.floor((i * (size - 1)) / (steps - 1)));
}

describe('a flipped bit', () => {
  test.each([
    ['checkpoint', 'refused'],
    ['tile/0/002.p/88', 'refused'],
    ['tile/1/000.p/2', 'refused'],
    ['tile/entries/002.p/88', 'refused'],
    ['tile/0/001', 'not verified'],
    ['tile/entries/000', 'not verified'],
  ])('anywhere in %s is %s', async (name, expected) => {
    for (const at of strides(name, 24)) expect(await judge(flip(name, at)), `byte ${at}`).toBe(expected);
  });

  test('anywhere in what the journal holds is refused', async () => {
    const names = globSync('journal/*', { cwd: template });
    for (const name of names) {
      const bytes = readFileSync(join(template, name));
      const used = bytes.length - [...bytes].reverse().findIndex((byte) => byte !== 0);
      for (let at = 0; at < used; at += 97) expect(await judge(flip(name, at)), `${name} byte ${at}`).toBe('refused');
    }
  });
});

describe('what is missing', () => {
  const tiles = ['tile/0/002.p/88', 'tile/1/000.p/2', 'tile/entries/002.p/88'];
  const full = ['tile/0/000', 'tile/0/001', 'tile/entries/000', 'tile/entries/001', 'personal/000'];
  test.each(['checkpoint', 'journal', 'tile', 'tile/0', 'tile/1', 'tile/entries', ...tiles, ...full])(
    '%s: refused',
    async (name) => {
      expect(await judge((path) => rmSync(join(path, name), { recursive: true }))).toBe('refused');
    },
  );

  test.each(['checkpoint', ...tiles])('the last byte of %s: refused', async (name) => {
    expect(await judge((path) => truncateSync(join(path, name), statSync(join(path, name)).size - 1))).toBe('refused');
  });

  test.each(['tile/0/001', 'tile/entries/001'])('the last byte of %s: not verified', async (name) => {
    const cut = (path: string) => truncateSync(join(path, name), statSync(join(path, name)).size - 1);
    expect(await judge(cut)).toBe('not verified');
  });

  test('every file but the journal: refused', async () => {
    const keepJournal = (path: string) => {
      rmSync(join(path, 'checkpoint'));
      rmSync(join(path, 'tile'), { recursive: true });
    };
    expect(await judge(keepJournal)).toBe('refused');
  });

  test('every segment of the journal: refused', async () => {
    const emptyJournal = (path: string) => {
      for (const name of globSync('journal/*', { cwd: path })) rmSync(join(path, name));
    };
    expect(await judge(emptyJournal)).toBe('refused');
  });

  test('an emptied journal segment: refused', async () => {
    const [name = ''] = globSync('journal/*', { cwd: template }).sort();
    expect(await judge((path) => truncateSync(join(path, name), 0))).toBe('refused');
  });
});

test('the untouched copy is accepted', async () => {
  expect(await judge(() => undefined)).toBe('accepted');
});

test('an older checkpoint in the place of the newest is refused', async () => {
  expect(await judge((path) => writeFileSync(join(path, 'checkpoint'), olderCheckpoint))).toBe('refused');
});

test('a checkpoint over records that the journal does not have is refused', async () => {
  using copy = temporaryFolder();
  const log = await openLog(copy.path);
  await appendMany(log, 0, 3);
  cpSync(join(copy.path, 'journal'), join(copy.path, 'older'), { recursive: true });
  await log.close();
  rmSync(join(copy.path, 'journal'), { recursive: true });
  cpSync(join(copy.path, 'older'), join(copy.path, 'journal'), { recursive: true });
  await expect(openLog(copy.path)).rejects.toEqual(unavailable(/^checkpoint: size 3, unknown to the journal$/));
});

test.each([
  ['another origin', { origin: 'hsm.example/host-b/audit' }, /^checkpoint: belongs to another log/],
  ['another key', { signers: { ...signers, ed25519: signers.mlDsa44 } }, /^checkpoint: not signed with the keys/],
  ['another MAC key', { macKey: Secret.copy(Buffer.alloc(32, 9)) }, /^journal segment \d+: frame 0: wrong mac$/],
] as const)('a log is not opened with %s', async (_, options, detail) => {
  using copy = temporaryFolder();
  cpSync(template, copy.path, { recursive: true });
  await expect(openLog(copy.path, options)).rejects.toEqual(unavailable(detail));
});

test.skipIf(process.platform === 'win32')('a folder that others may write to is refused', async () => {
  using copy = temporaryFolder();
  chmodSync(copy.path, 0o770);
  await expect(openLog(copy.path)).rejects.toEqual(unavailable(/^log folder: mode 770/));
});

test('the verifier keys of the tests are those of the log', async () => {
  using copy = temporaryFolder();
  const log = await openLog(copy.path);
  expect(log.verifierKeys).toEqual(verifierKeys(logOrigin, signers));
  await log.close();
});
