import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { combine } from 'shamir-secret-sharing';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import { Secret } from '../secret.ts';
import { dealShares } from './share-dealing.ts';
import { ShareSets } from './share-sets.ts';
import { ShareSuccession } from './share-succession.ts';
import { decodeShare } from './share-text.ts';
import { testFolders } from './test-folder.ts';

const sealing = createSealing();

let path: string;
beforeEach(() => {
  path = join(testFolders().config, 'shares.json');
});

/** A new root key in 2 of 3 shares, whose parameters are written there. */
function dealt(place: string) {
  const rootKey = randomBytes(32);
  const { texts, parameters } = dealShares(Secret.copy(rootKey), { threshold: 2, count: 3 }, sealing);
  writeFileSync(place, parameters, { mode: 0o600 });
  const set = (JSON.parse(parameters.toString()) as { label: string }).label;
  return { rootKey, parameters, set, texts: texts.map(({ bytes }) => bytes) as [Buffer, Buffer, Buffer] };
}

const both = () => ({ present: dealt(path), next: dealt(`${path}.next`) });

const refused = (code: string, detail = '') =>
  expect.objectContaining({ code, detail: expect.stringContaining(detail) });

describe('the next root key in shares', () => {
  test('is combined of enough shares of its set, and takes its place once', async () => {
    const { present, next } = both();
    const succession = new ShareSuccession(path, sealing);
    expect(succession.progress).toEqual({ have: 0, need: 2, set: next.set });
    expect(succession.add(next.texts[2])).toBe(3);
    expect(succession.add(present.texts[0])).toBeUndefined();
    await expect(succession.prepare()).rejects.toEqual(refused('share_missing', '1 of 2'));
    expect(succession.add(next.texts[0])).toBe(1);
    expect(succession.progress).toMatchObject({ have: 2, need: 2 });
    const prepared = (await succession.prepare()).bytes;
    expect(prepared).toEqual(next.rootKey);
    const points = [next.texts[0], next.texts[2]].map((text) => {
      const { value, index } = decodeShare(text, sealing);
      return Uint8Array.from([...value.bytes, index]);
    });
    expect(Buffer.from(await combine(points))).toEqual(prepared);
    expect(succession.commit()).toMatch('destroy the old shares');
    expect(readFileSync(path)).toEqual(next.parameters);
    expect(existsSync(`${path}.next`)).toBe(false);
    expect(succession.progress).toBeUndefined();
    succession.commit();
    expect(readFileSync(path)).toEqual(next.parameters);
  });

  test('is the set that gave the root key, whatever lies in its file by then', async () => {
    const { next } = both();
    const succession = new ShareSuccession(path, sealing);
    for (const text of [next.texts[0], next.texts[1]]) succession.add(text);
    await succession.prepare();
    dealt(`${path}.next`);
    expect(succession.commit()).toMatch(next.set);
    expect(readFileSync(path)).toEqual(next.parameters);
  });

  test('does not keep the present shares from opening when its file is damaged', () => {
    const { present } = both();
    writeFileSync(`${path}.next`, '{');
    expect(new ShareSuccession(path, sealing).progress).toBeUndefined();
    expect(new ShareSets(path, sealing).add(present.texts[0])).toMatchObject({ index: 1, isNext: false });
  });

  test('wants shares that are whole, and each once', () => {
    const { next } = both();
    const succession = new ShareSuccession(path, sealing);
    succession.add(next.texts[1]);
    expect(() => succession.add(next.texts[1])).toThrow(refused('share_repeated', 'number 2'));
    const typo = Buffer.from(next.texts[0]);
    typo[typo.length - 1] = typo.at(-1) === 0x30 ? 0x31 : 0x30;
    expect(() => succession.add(typo)).toThrow(refused('share_invalid', 'checksum'));
    expect(succession.progress).toMatchObject({ have: 1 });
  });

  test('is none where none was prepared, and another one where another was prepared since', async () => {
    const present = dealt(path);
    const succession = new ShareSuccession(path, sealing);
    expect(succession.progress).toBeUndefined();
    expect(succession.add(present.texts[0])).toBeUndefined();
    await expect(succession.prepare()).rejects.toEqual(refused('root_key_unprepared', 'root-key renew'));
    const [first] = dealt(`${path}.next`).texts;
    succession.add(first);
    rmSync(`${path}.next`);
    const other = dealt(`${path}.next`);
    expect(succession.progress).toEqual({ have: 0, need: 2, set: other.set });
    expect(succession.add(first)).toBeUndefined();
  });

  test('is forgotten with what was collected', () => {
    const { next } = both();
    const succession = new ShareSuccession(path, sealing);
    succession.add(next.texts[0]);
    succession.clear();
    expect(succession.progress).toMatchObject({ have: 0 });
  });
});

describe('a sealed start', () => {
  test('takes shares of both sets, and tells them apart', () => {
    const { present, next } = both();
    const sets = new ShareSets(path, sealing);
    expect(sets.progress).toEqual({
      progress: { have: 0, need: 2, set: present.set },
      next: { have: 0, need: 2, set: next.set },
    });
    expect(sets.add(next.texts[0])).toMatchObject({ index: 1, isNext: true });
    expect(sets.add(present.texts[2])).toMatchObject({ index: 3, isNext: false });
    expect(() => sets.add(next.texts[0])).toThrow(refused('share_repeated'));
    const given = sets.add(next.texts[2]);
    expect(given.shares.combine().bytes).toEqual(next.rootKey);
    expect(sets.refusalOf(given)).toMatchObject({
      code: 'share_foreign',
      detail: expect.stringContaining(present.set),
    });
    const other = sets.add(present.texts[0]);
    expect(other.shares.combine().bytes).toEqual(present.rootKey);
    expect(sets.refusalOf(other)).toMatchObject({ code: 'share_foreign', detail: expect.stringContaining(next.set) });
    const [third] = dealt(`${path}.third`).texts;
    expect(() => sets.add(third)).toThrow(refused('share_foreign'));
    sets.clear();
    expect(sets.progress).toMatchObject({ progress: { have: 0 }, next: { have: 0 } });
  });

  test('has one set where no other was prepared', () => {
    const present = dealt(path);
    const sets = new ShareSets(path, sealing);
    expect(sets.progress).toEqual({ progress: { have: 0, need: 2, set: present.set } });
    expect(sets.refusalOf(sets.add(present.texts[0]))).toBeUndefined();
  });
});
