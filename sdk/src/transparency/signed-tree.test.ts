import { expect, test } from 'vitest';
import { parseCheckpoint } from './checkpoint.ts';
import { SignedTree } from './signed-tree.ts';
import { makeLog, recordEntries, type TestLog } from './test-log.ts';

async function open({ source, files }: TestLog): Promise<SignedTree> {
  const checkpoint = parseCheckpoint(files.get('checkpoint') ?? new Uint8Array());
  if (checkpoint === undefined) throw new Error('no checkpoint');
  return SignedTree.open(source, checkpoint);
}

/** The form asks for one signature line, whoever signed. */
const anybody = {
  vkey: '',
  sign: async () => new Uint8Array(),
  line: async () => `\u2014 anybody ${btoa('0123456789')}\n`,
};

test.each([0, 1, 255, 256, 257, 1030, 65_600])(
  'a tree of %d: each entry, and each earlier root of RFC 6962',
  async (size) => {
    const entries = recordEntries(size);
    const log = await makeLog(entries, [anybody]);
    const tree = await open(log);
    const found: Uint8Array[] = [];
    for (let bundle = 0; bundle * 256 < size; bundle += 1) found.push(...(await tree.entries(bundle)));
    expect(found).toEqual(entries);
    for (const earlier of [0, 1, 255, 256, 257, 512, 700, 1023, 1024, 65_536, size]) {
      if (earlier <= size) expect(await tree.rootAt(earlier)).toEqual(log.tree.root(0, earlier));
    }
  },
);

test('reading in order reads each tile once', async () => {
  const log = await makeLog(recordEntries(2000), [anybody]);
  const tree = await open(log);
  for (let bundle = 0; bundle < 8; bundle += 1) await tree.entries(bundle);
  expect(new Set(log.reads).size).toBe(log.reads.length);
});

test.each([
  ['tile/entries/000', 'entry 255: it was changed'],
  ['tile/entries/001.p/44', 'entry 299: it was changed'],
  ['tile/0/000', 'tile/0/000 was changed'],
])('the last byte of %s', async (path, message) => {
  const log = await makeLog(recordEntries(300), [anybody]);
  const tree = await open(log);
  const bytes = log.files.get(path)?.slice() ?? new Uint8Array();
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  log.files.set(path, bytes);
  await expect(tree.entries(path.includes('001') ? 1 : 0)).rejects.toThrow(message);
});

test('a bundle that is missing or malformed is told by its first entry', async () => {
  const log = await makeLog(recordEntries(600), [anybody]);
  const tree = await open(log);
  log.files.delete('tile/entries/001');
  await expect(tree.entries(1)).rejects.toMatchObject({ index: 256, message: 'entry 256: its bundle is missing' });
  log.files.set('tile/entries/001', Uint8Array.of(0));
  await expect(tree.entries(1)).rejects.toMatchObject({ index: 256, message: 'entry 256: its bundle is malformed' });
});

test('tiles of another tree do not open', async () => {
  const [log, other] = [await makeLog(recordEntries(300), [anybody]), await makeLog(recordEntries(301), [anybody])];
  log.files.set('tile/1/000.p/1', other.files.get('tile/0/001.p/45')?.slice(0, 32) ?? new Uint8Array());
  await expect(open(log)).rejects.toThrow('the tiles do not lead to the root');
});
