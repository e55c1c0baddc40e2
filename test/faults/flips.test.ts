import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  parseCheckpoint,
  parseProof,
  proveRecord,
  verifyInclusion,
  verifyLog,
  verifyReceipt,
} from '../../sdk/src/transparency/transparency.ts';
import { appendMany, openLog, temporaryFolder } from '../../sidecar/src/audit/test-log.ts';
import { chanceOf, countIn, drawn, seed } from '../crash/sample.ts';
import { hasGo, verifyReceiptWithGo } from '../go/verify-with-go.ts';
import { altered, fileOf, flips, isRefusedByGo, type LogFiles, readLogFiles, sourceOf } from './memory-log.ts';

/** Small enough to be read again for each flip: one full bundle and one that grows. */
const size = 272;
/** How many bytes of a file, evenly drawn; `npm run test:scale` flips a bit of each. */
const wanted = countIn('FERROHSM_FLIPS', '600');
/** Of so many flips one goes through the Go program as well. */
const goStride = 101;

/** Bits of an index that is a number of JavaScript. */
const indexBits = 53;

/** All are some 15,000 verifications, on a machine that does other things too. */
const timeoutMs = 300_000;

const folder = temporaryFolder();
let keys: readonly string[];
let log: LogFiles;

beforeAll(async () => {
  const path = join(folder.path, 'log');
  const running = await openLog(path);
  keys = running.verifierKeys;
  await appendMany(running, 0, size);
  await running.close();
  log = readLogFiles(path);
});
afterAll(() => folder[Symbol.dispose]());

/** Where a bit flips. */
function placesIn(content: Buffer): readonly number[] {
  return drawn([...content.keys()], chanceOf(seed), wanted);
}

async function isDetected(files: LogFiles): Promise<boolean> {
  const { ok, problems } = await verifyLog(sourceOf(files), { keys });
  expect(problems.length > 0).toBe(!ok);
  return !ok;
}

test('the untouched log verifies', async () => {
  expect(await isDetected(log)).toBe(false);
  if (hasGo) expect(await isRefusedByGo(log, keys)).toBe(false);
});

describe('a flipped bit of any byte is detected', () => {
  const partial = size - 256;
  test.each([
    ['an entry bundle', `tile/entries/001.p/${partial}`],
    ['a full tile', 'tile/0/000'],
    ['a partial tile', `tile/0/001.p/${partial}`],
    ['a tile of the level above', 'tile/1/000.p/1'],
    ['the checkpoint', 'checkpoint'],
  ])(
    'of %s',
    async (what, path) => {
      const content = fileOf(log, path);
      const places = placesIn(content);
      const missed: number[] = [];
      let at = 0;
      for (const flipped of flips(content, places)) {
        const files = altered(log, { [path]: flipped });
        if (!(await isDetected(files))) missed.push(places[at] as number);
        // Go does not know the second signature of the checkpoint.
        if (hasGo && at % goStride === 0 && path !== 'checkpoint') expect(await isRefusedByGo(files, keys)).toBe(true);
        at += 1;
      }
      expect(missed).toEqual([]);
      console.log(`flips: ${at} of ${content.length} detected of ${what}, ${path}`);
    },
    timeoutMs,
  );

  test(
    'of a receipt',
    async () => {
      const receipt = Buffer.from(await proveRecord(sourceOf(log), 77));
      expect(await verifyReceipt(receipt, { keys })).toMatchObject({ ok: true, index: 77, problems: [] });
      let detected = 0;
      const places = placesIn(receipt);
      for (const flipped of flips(receipt, places)) if (!(await verifyReceipt(flipped, { keys })).ok) detected += 1;
      expect(detected).toBe(places.length);
      console.log(`flips: ${detected} of ${receipt.length} detected of a receipt`);
    },
    timeoutMs,
  );

  test('of the index of an entry', async () => {
    const index = 77;
    const proof = parseProof(await proveRecord(sourceOf(log), index));
    const head = parseCheckpoint(fileOf(log, 'checkpoint'));
    if (proof?.extra === undefined || head === undefined) throw new Error('the receipt is malformed');
    const { extra: entry, hashes } = proof;
    const { root } = head;
    expect(await verifyInclusion(entry, index, size, hashes, root)).toBe(true);
    let detected = 0;
    for (let bit = 0; bit < indexBits; bit += 1) {
      const other = Number(BigInt(index) ^ (1n << BigInt(bit)));
      if (!(await verifyInclusion(entry, other, size, hashes, root))) detected += 1;
    }
    expect(detected).toBe(indexBits);
    console.log(`flips: ${detected} of ${indexBits} detected of an index`);
  });

  test.skipIf(!hasGo)('of a receipt, by Go', async () => {
    const receipt = Buffer.from(await proveRecord(sourceOf(log), 77));
    const file = join(folder.path, 'receipt');
    writeFileSync(file, receipt);
    expect(await verifyReceiptWithGo(file, keys)).toMatchObject({ ok: true });
    const text = receipt.toString();
    for (const place of ['extra ', 'index ', '\n\nhsm', `\n${size}\n`].map((mark) => text.indexOf(mark) + 7)) {
      const flipped = Buffer.from(receipt);
      flipped[place] = (flipped[place] as number) ^ 1;
      writeFileSync(file, flipped);
      expect(await verifyReceiptWithGo(file, keys)).toMatchObject({ ok: false });
    }
  });
});
