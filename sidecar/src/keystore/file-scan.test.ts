import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { scanFiles } from './file-scan.ts';
import { moveVersions } from './key-moves.ts';
import type { Keystore } from './keystore.ts';
import { newKey, type TestStore, testFolder, testStore } from './test-store.ts';
import { finishTurnover } from './test-turnover.ts';

const window = 1 << 18;

function fileOf(content: Buffer): string {
  const path = join(testFolder(), 'file');
  writeFileSync(path, content);
  return path;
}

describe('scanFiles', () => {
  test('finds a byte string wherever it lies, also across the windows that it reads', async () => {
    const needle = randomBytes(82);
    const content = randomBytes(3 * window);
    const places = [0, 1, window - 82, window - 41, window - 1, window, 2 * window - 7, content.length - 82];
    for (const place of places) {
      const planted = Buffer.from(content);
      needle.copy(planted, place);
      expect(await scanFiles([fileOf(planted)], [randomBytes(40), needle]), `at ${place}`).toEqual([
        { file: 'file', needle: 1 },
      ]);
    }
    expect(await scanFiles([fileOf(content), '/nowhere/keystore.db'], [needle])).toEqual([]);
  });

  test('finds an aligned quarter, as the rest of a row whose page was used again', async () => {
    for (const length of [64, 100, 4_000, 9_000]) {
      const needle = randomBytes(length);
      const size = Math.min(Math.floor(length / 4), 1_000);
      for (const start of [0, size, 3 * size]) {
        const content = randomBytes(2 * window);
        needle.copy(content, window - 10 - (size >> 1), start, start + size);
        expect(await scanFiles([fileOf(content)], [needle])).toEqual([{ file: 'file', needle: 0 }]);
        content[window - 10] = content.readUInt8(window - 10) ^ 1;
        expect(await scanFiles([fileOf(content)], [needle])).toEqual([]);
      }
    }
  });

  test('agrees with a plain search in text of few letters', async () => {
    const letters = (length: number) => fc.array(fc.constantFrom(97, 98), { minLength: length, maxLength: length });
    const search = fc.asyncProperty(
      letters(2_000),
      fc.array(letters(16), { minLength: 1, maxLength: 20 }),
      async (text, needles) => {
        const content = Buffer.from(text);
        const wanted = needles.map((needle) => Buffer.from(needle));
        const found = (await scanFiles([fileOf(content)], wanted)).map(({ needle }) => needle).sort((a, b) => a - b);
        expect(found).toEqual([...wanted.keys()].filter((index) => content.includes(wanted[index] ?? '')));
      },
    );
    await fc.assert(search, { numRuns: 50 });
  });

  test('refuses what is found by chance', async () => {
    await expect(scanFiles([], [Buffer.alloc(15)])).rejects.toThrow(RangeError);
  });
});

/** What seals the first version of a key, as it lies in the database. */
function sealedTexts(store: TestStore, id: string): Buffer[] {
  const database = store.database();
  const all = '(SELECT * FROM sealed_0 UNION ALL SELECT * FROM sealed_1)';
  const row = database.prepare(`SELECT value FROM ${all} WHERE path = ?`).get(`version/${id}/1`);
  database.close();
  const { sealed } = JSON.parse(Buffer.from(row?.value as Uint8Array).toString());
  return [Buffer.from(sealed.dek), Buffer.from(sealed.secret)];
}

async function erase(keystore: Keystore, id: string): Promise<void> {
  for (const move of ['deactivate', 'destroy', 'erase'] as const) {
    await keystore.revise(id, (before) => moveVersions(before, move, { nowMs: 5, destroyAt: 5 }));
  }
}

test('after a turnover nothing of the destroyed versions is left in the files, and of the others everything', async () => {
  const store = testStore();
  const keystore = await store.open({ now: () => 5 });
  const living: string[] = [];
  const destroyed: Buffer[] = [];
  for (let index = 0; index < 400; index++) {
    // Every fifth does not fit into one page.
    const secret = Secret.take(randomBytes(index % 5 === 0 ? 4_500 : 32));
    living.push((await keystore.create(newKey(`key-${index}`, { secret }))).id);
    if (index % 3 !== 2) continue;
    const [id = ''] = living.splice(randomBytes(2).readUInt16BE() % living.length, 1);
    destroyed.push(...sealedTexts(store, id));
    await erase(keystore, id);
  }
  expect(new Set((await keystore.scanFor(destroyed)).map(({ needle }) => needle)).size).toBeGreaterThan(0);
  await keystore.beginGeneration();
  await finishTurnover(keystore);
  expect(await keystore.scanFor(destroyed)).toEqual([]);
  const present = living.flatMap((id) => sealedTexts(store, id));
  const found = (await keystore.scanFor(present)).filter(({ file }) => file === 'keystore.db');
  expect(found.map(({ needle }) => needle).sort((a, b) => a - b)).toEqual([...present.keys()]);
  await keystore.close();
});
