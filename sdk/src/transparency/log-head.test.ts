import { beforeAll, describe, expect, test } from 'vitest';
import { readLogHead } from './log-head.ts';
import { makeLog, makeLogSigners, recordEntries, signNote, type TestSigner, testOrigin, utf8 } from './test-log.ts';
import { rotationEntry, type TestRotation, vkeys } from './test-rotation.ts';
import { verifyLog } from './verify-log.ts';

let first: TestSigner[];
let second: TestSigner[];
let third: TestSigner[];

beforeAll(async () => {
  const signers = await Promise.all([1, 2, 3].map(() => makeLogSigners()));
  [first, second, third] = signers as [TestSigner[], TestSigner[], TestSigner[]];
});

async function logWith(rotations: Record<number, TestRotation>, signers: readonly TestSigner[]) {
  const entries: Uint8Array[] = recordEntries(600);
  for (const [at, rotation] of Object.entries(rotations)) {
    entries[Number(at)] = await rotationEntry(Number(at), rotation);
  }
  return makeLog(entries, signers);
}

const bundlesRead = (reads: readonly string[]) => reads.filter((path) => path.startsWith('tile/entries'));

describe('rotated keys', () => {
  test('are followed as the verification of the whole log follows them', async () => {
    const log = await logWith({ 10: { from: first, to: second }, 300: { from: second, to: third } }, third);
    for (const [signers, rotations] of [
      [first, 2],
      [second, 1],
      [third, 0],
    ] as const) {
      const trust = { keys: vkeys(signers) };
      const { successions, problems } = await readLogHead(log.source, { trust });
      expect(problems).toEqual([]);
      expect(successions).toHaveLength(rotations);
      expect(successions).toEqual((await verifyLog(log.source, trust)).successions);
    }
  });

  test('that are known are not looked for, nor any in a log of the given keys', async () => {
    const log = await logWith({ 300: { from: first, to: second } }, second);
    const trust = { keys: vkeys(first) };
    const { successions } = await readLogHead(log.source, { trust });
    log.reads.length = 0;
    expect(await readLogHead(log.source, { trust, successions })).toMatchObject({ problems: [], successions });
    expect(await readLogHead(log.source, { trust: { keys: vkeys(second) } })).toMatchObject({ problems: [] });
    expect(bundlesRead(log.reads)).toEqual([]);
  });

  test('that are known retire those before them', async () => {
    const rotations = { 300: { from: first, to: second } };
    const [genuine, forged] = await Promise.all([logWith(rotations, second), logWith(rotations, first)]);
    const trust = { keys: vkeys(first) };
    const { successions } = await readLogHead(genuine.source, { trust });
    expect((await readLogHead(forged.source, { trust, successions })).problems).toContain(
      'checkpoint: signed with keys that the log has retired',
    );
  });

  test('are looked for no further than to the keys that signed', async () => {
    const log = await logWith({ 10: { from: first, to: second } }, second);
    expect(await readLogHead(log.source, { trust: { keys: vkeys(first) } })).toMatchObject({ problems: [] });
    expect(bundlesRead(log.reads)).toEqual(['tile/entries/000']);
  });

  test.each([
    ['the old keys did not sign', () => ({ signedBy: [...third, ...second] })],
    ['the new keys did not sign', () => ({ signedBy: [...first, ...third] })],
    ['it failed', () => ({ record: { outcome: 'failed' } })],
  ])('where %s are not believed', async (_, change) => {
    const log = await logWith({ 300: { from: first, to: second, ...change() } }, second);
    const { problems } = await readLogHead(log.source, { trust: { keys: vkeys(first) } });
    expect(problems).toContain(`checkpoint: no valid signature of ${testOrigin} with a given key`);
  });

  test('that the claimed size hides behind files that are not there are given up', async () => {
    const log = await logWith({}, second);
    const note = new TextDecoder().decode(log.files.get('checkpoint'));
    log.files.set('checkpoint', utf8(note.replace('\n600\n', '\n9007199254740991\n')));
    expect((await readLogHead(log.source, { trust: { keys: vkeys(first) } })).problems).not.toEqual([]);
    expect(log.reads.length).toBeLessThan(10);
  });
});

describe('the retention', () => {
  const bodyOf = (minimum: number) => `${testOrigin}\nferrohsm-retention/v1\nminimum-index ${minimum}\n`;

  async function headOf(minimum: number, signers: readonly TestSigner[], keys: readonly TestSigner[]) {
    const log = await logWith({ 300: { from: first, to: second } }, second);
    log.files.set('retention', utf8(await signNote(bodyOf(minimum), signers.slice(0, 1))));
    return readLogHead(log.source, { trust: { keys: vkeys(keys) } });
  }

  test('counts when the keys that signed the checkpoint signed it', async () => {
    expect(await headOf(256, second, first)).toMatchObject({ minimumIndex: 256, problems: [] });
    for (const signers of [first, third]) {
      expect((await headOf(256, signers, first)).problems).toEqual([
        `retention: no valid Ed25519 signature of ${testOrigin} with a given key`,
      ]);
    }
    expect((await headOf(768, second, second)).problems).toEqual(['retention: entry 768 is beyond the checkpoint']);
  });

  test('that hides the rotation leaves the newer keys unknown', async () => {
    expect((await headOf(512, first, first)).problems).not.toEqual([]);
  });
});

test('without keys only the form is checked', async () => {
  const log = await logWith({}, first);
  expect(await readLogHead(log.source)).toMatchObject({ checkpoint: { size: 600 }, minimumIndex: 0, problems: [] });
  log.files.set('retention', utf8('nonsense'));
  expect((await readLogHead(log.source)).problems).toEqual(['retention: malformed']);
  log.files.set('checkpoint', utf8('nonsense'));
  await expect(readLogHead(log.source)).rejects.toThrow('checkpoint: malformed');
});
