import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { filesBelow, LiveSidecar, refusedStart, verifyFolder } from './live-sidecar.ts';

/** A history in two chapters, each stopped in an orderly way: one key, and one key more. */
const history = new LiveSidecar();
let firstChapter = '';
let pinned: readonly string[] = [];
let sidecar: LiveSidecar;

beforeAll(async () => {
  await live('first');
  firstChapter = join(history.folders.root, 'first-chapter');
  cpSync(history.folders.state, firstChapter, { recursive: true });
  await live('second');
});
afterAll(() => history.discard());

async function live(key: string): Promise<void> {
  await history.start();
  const hsm = await history.connect();
  pinned = hsm.hello.log.keys;
  await hsm.keys.create({ name: key, algorithm: 'Ed25519', usages: ['sign', 'verify'] });
  await hsm.close();
  await history.stop();
}

beforeEach(() => {
  sidecar = new LiveSidecar();
  cpSync(history.folders.state, sidecar.folders.state, { recursive: true });
  cpSync(history.folders.config, sidecar.folders.config, { recursive: true });
});
afterEach(() => sidecar.discard());

function flip(path: string, at: (bytes: Buffer) => number): void {
  const bytes = readFileSync(path);
  const place = at(bytes);
  bytes[place] = (bytes[place] as number) ^ 1;
  writeFileSync(path, bytes);
}

/** Changes each occurrence of a text in a file. */
function flipEach(path: string, text: string): void {
  const bytes = readFileSync(path);
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    bytes[at + 1] = (bytes[at + 1] as number) ^ 1;
  }
  writeFileSync(path, bytes);
}

/** Puts a folder of the state back to what it was after the first chapter. */
function rollBack(name: string): void {
  const folder = join(sidecar.folders.state, name);
  rmSync(folder, { recursive: true });
  cpSync(join(firstChapter, name), folder, { recursive: true });
}

test('a copy of the state in another place starts, and the log goes on under the same keys', async () => {
  await sidecar.start();
  await using hsm = await sidecar.connect();
  expect(hsm.hello.log.keys).toEqual(pinned);
  await hsm.keys.create({ name: 'third', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
  await hsm.audit.checkpoint();
  expect(await verifyFolder(sidecar.folders.log, pinned)).toMatchObject({ ok: true, problems: [] });
});

test.each([
  ['an entry', /tile\/entries\//, (bytes: Buffer) => bytes.indexOf('keys.create')],
  ['who did it, beside an entry', /personal\//, (bytes: Buffer) => bytes.lastIndexOf('owner')],
  ['the journal', /journal\//, (bytes: Buffer) => bytes.indexOf('owner')],
  ['a hash', /tile\/0\//, () => 3],
  ['the checkpoint', /checkpoint$/, (bytes: Buffer) => bytes.indexOf('\n') + 1],
])('%s of the log that was altered stops the start', async (_, pattern, at) => {
  // Of several widths of a partial tile the widest is the one in use.
  const path = filesBelow(sidecar.folders.log)
    .filter((file) => pattern.test(file))
    .toSorted((one, other) => statSync(one).size - statSync(other).size)
    .at(-1);
  flip(path as string, at);
  const { status, stderr } = await refusedStart(sidecar.folders);
  expect(stderr).toMatch(/the log does not verify/);
  expect(stderr).toMatch(/^ferrohsm: hint: /m);
  expect(status).toBe(74);
});

test.each(['log', 'keystore'])('an older copy of the %s alone stops the start', async (name) => {
  rollBack(name);
  const { status, stderr } = await refusedStart(sidecar.folders);
  expect(stderr).toMatch(/stored key data does not verify/);
  expect(status).toBe(74);
});

test('a log that was removed stops the start', async () => {
  rmSync(sidecar.folders.log, { recursive: true });
  expect((await refusedStart(sidecar.folders)).status).toBe(74);
});

test('a keystore that was removed stops the start, and the root key stays', async () => {
  const key = join(sidecar.folders.config, 'root.key');
  const before = readFileSync(key);
  rmSync(join(sidecar.folders.state, 'keystore'), { recursive: true });
  expect((await refusedStart(sidecar.folders)).status).toBeGreaterThan(0);
  expect(readFileSync(key)).toEqual(before);
});

test('a row of the keystore that was altered is refused when it is read, and the others are served', async () => {
  // Its record and the outcome of its request: which comes first in the file is SQLite's business.
  flipEach(join(sidecar.folders.state, 'keystore', 'keystore.db'), '"second"');
  await sidecar.start();
  await using hsm = await sidecar.connect();
  await expect(hsm.keys.get('second')).rejects.toMatchObject({ code: 'keystore_corrupt' });
  expect((await hsm.keys.get('first')).name).toBe('first');
});
