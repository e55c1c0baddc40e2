import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasGo, verifyLogWithGo } from '../../../test/go/verify-with-go.ts';
import { signNote } from './checkpoint.ts';
import { appendMany, logOrigin, openLog, signersOf, temporaryFolder } from './test-log.ts';

/** The sizes at which a tile or a level of the tree begins or ends. */
const sizes = [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000];
const grownSize = sizes.at(-1) as number;

function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes[20] = (bytes[20] as number) ^ 4;
  writeFileSync(path, bytes);
}

function foreignNote(minimumIndex: number): string {
  const body = `${logOrigin}\nferrohsm-retention/v1\nminimum-index ${minimumIndex}\n`;
  return signNote(logOrigin, body, signersOf(31).ed25519);
}

describe.skipIf(!hasGo)('the checksum database library of Go', () => {
  const folder = temporaryFolder();
  const log = join(folder.path, 'log');
  const grown = join(log, 'checkpoint');
  const checkpointOf = (size: number) => join(folder.path, `checkpoint-${size}`);
  let keys: readonly string[];
  const verdicts = new Map<number, string>();

  beforeAll(async () => {
    const opened = await openLog(log);
    keys = opened.verifierKeys;
    for (const size of sizes) {
      await appendMany(opened, opened.size, size - opened.size);
      writeFileSync(checkpointOf(size), await opened.checkpoint());
      verdicts.set(size, (await verifyLogWithGo(log, keys)).text);
    }
    await opened.close();
  }, 300_000);
  afterAll(() => folder[Symbol.dispose]());

  test.each(sizes)('verifies the log of size %i while it is open', (size) => {
    expect(verdicts.get(size)).toMatch(
      new RegExp(`^verified size=${size} tiles=\\d+ proofs=\\d+ unknown-signatures=1$`),
    );
  });

  test.each(sizes)('finds in it the continuation of the checkpoint of size %i', async (size) => {
    expect(await verifyLogWithGo(log, keys, checkpointOf(size))).toMatchObject({ ok: true });
  });

  test('tells a log that was cut and one with another history', async () => {
    using other = temporaryFolder();
    const forked = await openLog(join(other.path, 'log'));
    await appendMany(forked, 7000, 300);
    await forked.close();
    const cut = join(other.path, 'log');
    expect(await verifyLogWithGo(cut, keys)).toMatchObject({ ok: true });
    expect(await verifyLogWithGo(cut, keys, grown)).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^size 300 of .*, kept is size 1000 of /),
    });
    expect(await verifyLogWithGo(cut, keys, checkpointOf(257))).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^not the continuation of size 257/),
    });
  });

  test.each([
    ['an entry', 'tile/entries/001', /root/],
    ['a full tile', 'tile/0/001', /tile\/8\/0\/001: differs from the entries/],
    ['a growing tile', `tile/0/003.p/${grownSize - 768}`, /tile\/8\/0\/003\.p\/232: differs/],
    ['the level above', 'tile/1/000.p/3', /tile\/8\/1\/000\.p\/3: differs/],
    ['the checkpoint', 'checkpoint', /^checkpoint: /],
  ])('refuses a log with a bit of %s flipped', async (_, name, reason) => {
    using copy = temporaryFolder();
    cpSync(log, copy.path, { recursive: true });
    flipBit(join(copy.path, name));
    expect(await verifyLogWithGo(copy.path, keys)).toEqual({ ok: false, text: expect.stringMatching(reason) });
  });

  describe('a pruned log', () => {
    const pruned = join(folder.path, 'pruned');
    const old = join(folder.path, 'old-checkpoint');
    const recent = join(folder.path, 'recent-checkpoint');
    const retention = join(pruned, 'retention');

    beforeAll(async () => {
      const opened = await openLog(pruned);
      await appendMany(opened, 0, 300);
      writeFileSync(old, await opened.checkpoint());
      await appendMany(opened, 300, 500);
      writeFileSync(recent, await opened.checkpoint());
      await appendMany(opened, 800, 200);
      await opened.checkpoint();
      await opened.prune(512);
      await opened.close();
    });

    test('verifies by the word of its log, and continues what somebody kept', async () => {
      expect(existsSync(join(pruned, 'tile/entries/001'))).toBe(false);
      expect(existsSync(join(pruned, 'tile/0/000'))).toBe(false);
      expect(await verifyLogWithGo(pruned, keys, recent)).toEqual({
        ok: true,
        text: expect.stringMatching(/^verified size=1000 tiles=3 proofs=\d+ unknown-signatures=1 minimum=512$/),
      });
    });

    test('cannot be compared with a checkpoint that ends among what was pruned', async () => {
      const { ok, text } = await verifyLogWithGo(pruned, keys, old);
      expect({ ok, text }).toEqual({ ok: false, text: expect.stringMatching(/was pruned$/) });
    });

    test.each([
      ['without its note', () => undefined, /entries.*no such file/],
      ['with a note of less', (note: string) => note.replace('512', '256'), /^retention: /],
      ['with a note of more', (note: string) => note.replace('512', '768'), /^retention: /],
      ['with a note of another key', () => foreignNote(512), /^retention: /],
      [
        'with a note that the log signed for something else',
        () => readFileSync(join(pruned, 'checkpoint'), 'utf8'),
        /^retention: not of this log/,
      ],
    ])('is refused %s', async (_, change, reason) => {
      using copy = temporaryFolder();
      cpSync(pruned, copy.path, { recursive: true });
      const note = change(readFileSync(retention, 'utf8'));
      if (note === undefined) rmSync(join(copy.path, 'retention'));
      else writeFileSync(join(copy.path, 'retention'), note);
      expect(await verifyLogWithGo(copy.path, keys)).toEqual({ ok: false, text: expect.stringMatching(reason) });
    });

    test.each([
      ['a hash of pruned entries', 'tile/1/000.p/3', /root/],
      ['an entry that is left', 'tile/entries/002', /root/],
    ])('is refused with a bit of %s flipped', async (_, name, reason) => {
      using copy = temporaryFolder();
      cpSync(pruned, copy.path, { recursive: true });
      flipBit(join(copy.path, name));
      expect(await verifyLogWithGo(copy.path, keys)).toEqual({ ok: false, text: expect.stringMatching(reason) });
    });
  });

  test('refuses a log signed with another key', async () => {
    const stranger = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect(await verifyLogWithGo(log, [stranger])).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^checkpoint: /),
    });
  });
});
