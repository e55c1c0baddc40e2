import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { nodeFiles } from './files.ts';
import { chainStart } from './frame.ts';
import { Journal } from './journal.ts';
import { replayJournal } from './journal-replay.ts';
import type { LoggedRecord } from './logged-record.ts';
import { KeyedMac } from './mac.ts';
import { temporaryFolder } from './test-log.ts';

const origin = 'hsm.example/audit';
const defaultSegmentBytes = 4096;
const checkpoint = { size: 0, root: Buffer.alloc(32, 1), noteDigest: Buffer.alloc(32, 2) };
const newMac = () => new KeyedMac(Secret.copy(Buffer.alloc(32, 3)));
const replay = (folder: string) => replayJournal({ files: nodeFiles, folder, mac: newMac(), origin });
const textOf = (number: number) => `record ${number} ${'x'.repeat(60)}`;
const openingOf = (number: number) => Buffer.from(`opening ${number} ${'y'.repeat(number % 40)}`);
const recordOf = (number: number) => ({ leaf: Buffer.from(textOf(number)), opening: openingOf(number) });

function start(folder: string, sequence = 1, tail: readonly LoggedRecord[] = []) {
  const options = { files: nodeFiles, folder, mac: newMac(), origin, segmentBytes: defaultSegmentBytes };
  return Journal.start(options, { sequence, previousMac: chainStart, checkpoint, tail });
}

/** Writes lone records; answers where each one ends in its segment. */
async function writeRecords(journal: Journal, first: number, count: number): Promise<void> {
  for (let number = first; number < first + count; number += 1) {
    const text = textOf(number);
    const { frames } = journal.seal({
      records: [{ text, textBytes: Buffer.byteLength(text), opening: openingOf(number) }],
      marks: [],
    });
    if (number % 2 === 0) await journal.write(frames);
    else journal.writeSync(frames);
    if (journal.needsNext) await journal.prepareNext();
  }
}

test('records and checkpoints come back in their order over several segments', async () => {
  using folder = temporaryFolder();
  const journal = await start(folder.path);
  await writeRecords(journal, 0, 60);
  const mark = { size: 50, root: Buffer.alloc(32, 5), noteDigest: Buffer.alloc(32, 6) };
  await journal.write(journal.seal({ records: [], marks: [mark] }).frames);
  await writeRecords(journal, 60, 40);
  await journal.close();
  expect(readdirSync(folder.path).length).toBeGreaterThan(3);
  const content = await replay(folder.path);
  expect(content.records).toEqual(Array.from({ length: 100 }, (_, i) => recordOf(i)));
  expect(content.checkpoints).toEqual([checkpoint, mark]);
  expect(content.firstIndex).toBe(0);
});

test('covered segments go, the rest replays from the first that is left', async () => {
  using folder = temporaryFolder();
  const journal = await start(folder.path);
  await writeRecords(journal, 0, 100);
  await journal.removeCovered(70);
  await journal.close();
  const { firstIndex, records } = await replay(folder.path);
  expect(firstIndex).toBeGreaterThan(0);
  expect(firstIndex).toBeLessThanOrEqual(70);
  expect(records).toEqual(Array.from({ length: 100 - firstIndex }, (_, i) => recordOf(firstIndex + i)));
});

test('a start that holds the tail voids what was before it', async () => {
  using folder = temporaryFolder();
  const first = await start(folder.path);
  await writeRecords(first, 0, 5);
  await first.close();
  const second = await start(folder.path, 2, [recordOf(7)]);
  await second.close();
  expect((await replay(folder.path)).records).toEqual([recordOf(7)]);
});

test('a write that was cut anywhere loses that record alone', async () => {
  using folder = temporaryFolder();
  const journal = await start(folder.path);
  await writeRecords(journal, 0, 9);
  const path = join(folder.path, '00000001');
  const before = readFileSync(path);
  await writeRecords(journal, 9, 1);
  await journal.close();
  const after = readFileSync(path);
  const first = after.findIndex((byte, i) => byte !== before[i]);
  const end = after.length - after.toReversed().findIndex((byte) => byte !== 0);
  for (let cut = first; cut < end; cut += 1) {
    const bytes = Buffer.from(after).fill(0, cut);
    for (const kept of [bytes, bytes.subarray(0, cut)]) {
      writeFileSync(path, kept);
      expect((await replay(folder.path)).records, `cut at ${cut}`).toHaveLength(9);
    }
  }
});

test('a flipped bit in any written byte is damage, not the end', async () => {
  using folder = temporaryFolder();
  const journal = await start(folder.path);
  await writeRecords(journal, 0, 4);
  await journal.close();
  const path = join(folder.path, '00000001');
  const whole = readFileSync(path);
  const end = whole.length - whole.toReversed().findIndex((byte) => byte !== 0);
  for (let at = 0; at < end; at += 1) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x04;
    writeFileSync(path, bytes);
    await expect(replay(folder.path), `byte ${at}`).rejects.toMatchObject({ code: 'audit_corrupt' });
  }
});

test('a segment that is cut and not the last is refused', async () => {
  using folder = temporaryFolder();
  const journal = await start(folder.path);
  await writeRecords(journal, 0, 100);
  await journal.close();
  truncateSync(join(folder.path, '00000002'), 2000);
  await expect(replay(folder.path)).rejects.toMatchObject({ code: 'audit_corrupt' });
});
