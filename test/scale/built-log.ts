import { mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { signCheckpoint, verifierKeys } from '../../sidecar/src/audit/checkpoint.ts';
import { type LogFiles, nodeFiles, replaceFile } from '../../sidecar/src/audit/files.ts';
import { chainStart } from '../../sidecar/src/audit/frame.ts';
import { Journal } from '../../sidecar/src/audit/journal.ts';
import { encodeRecords } from '../../sidecar/src/audit/journal-payload.ts';
import { defaultSegmentBytes } from '../../sidecar/src/audit/journal-segment.ts';
import type { AuditLog } from '../../sidecar/src/audit/log.ts';
import type { LoggedRecord } from '../../sidecar/src/audit/logged-record.ts';
import { KeyedMac } from '../../sidecar/src/audit/mac.ts';
import { openAuditLog } from '../../sidecar/src/audit/open-log.ts';
import { encodeRecord } from '../../sidecar/src/audit/record-encoding.ts';
import { checkpointName, journalName, markOf } from '../../sidecar/src/audit/stored-log.ts';
import { entry, logOrigin, signers } from '../../sidecar/src/audit/test-log.ts';
import type { TreeHead } from '../../sidecar/src/audit/tree.ts';
import { TreeKeeper } from '../../sidecar/src/audit/tree-keeper.ts';
import { Secret } from '../../sidecar/src/secret.ts';

export const logKeys: readonly string[] = verifierKeys(logOrigin, signers);

const macKey = Buffer.alloc(32, 3);
const software = '0.0.0-test';
/** Records that are written at once: whole bundles. */
const batch = 1 << 16;
/** On disk, with its share of the tiles and of unused blocks. */
const bytesPerEntry = 400;

/** A power cut may take a log that is built for a test, and millions of small files are not synced in minutes. */
const unsyncedFiles: LogFiles = { ...nodeFiles, sync: async () => undefined };

/** Opens a log of these tests as a sidecar does. */
export function openBuiltLog(folder: string): Promise<AuditLog> {
  return openAuditLog({ folder, origin: logOrigin, signers, software, macKey: Secret.copy(macKey) });
}

/**
 * Writes a log of `size` records by the log's own tree, without appending one after the other.
 *
 * @throws Error when the disk is too small
 */
export async function buildLog(folder: string, size: number): Promise<void> {
  requireSpace(dirname(folder), size * bytesPerEntry);
  mkdirSync(`${folder}/${journalName}`, { recursive: true, mode: 0o700 });
  const head = await writeTree(folder, size);
  const note = signCheckpoint(logOrigin, head, signers, Date.now());
  const journal = await Journal.start(
    {
      files: nodeFiles,
      folder: `${folder}/${journalName}`,
      mac: new KeyedMac(Secret.copy(macKey)),
      origin: logOrigin,
      segmentBytes: defaultSegmentBytes,
    },
    { sequence: 1, previousMac: chainStart, checkpoint: markOf(head, note), tail: [] },
  );
  await journal.close();
  await replaceFile(nodeFiles, folder, checkpointName, note);
}

async function writeTree(folder: string, size: number): Promise<TreeHead> {
  const tree = new TreeKeeper(unsyncedFiles, { folder, size: 0, edge: [], growing: [] });
  const firstTimeMs = Date.now() - size;
  let head = await tree.write(0);
  for (let start = 0; start < size; start += batch) {
    const records = Array.from({ length: Math.min(batch, size - start) }, (_, i) =>
      record(start + i, firstTimeMs + start + i),
    );
    tree.add(encodeRecords(records));
    head = await tree.write(start + records.length);
    await tree.published();
  }
  return head;
}

function record(number: number, timeMs: number): LoggedRecord {
  const { text, opening } = encodeRecord(entry(number), timeMs, software);
  return { leaf: Buffer.from(text), opening: Buffer.from(opening) };
}

function requireSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes) return;
  throw new Error(`${folder} has not ${Math.ceil(bytes / 2 ** 30)} GiB free; set FERROHSM_SCALE_ENTRIES or TMPDIR`);
}
