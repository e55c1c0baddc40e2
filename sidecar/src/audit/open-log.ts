import { dirname } from 'node:path';
import { SidecarError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { isValidOrigin, type LogSigners, signCheckpoint } from './checkpoint.ts';
import { type LogFiles, nodeFiles, replaceFile, syncFolder } from './files.ts';
import { Journal } from './journal.ts';
import { defaultSegmentBytes, segmentName } from './journal-segment.ts';
import { rotationIn } from './key-rotation.ts';
import { KeyedMac } from './mac.ts';
import { openTree } from './open-tree.ts';
import type { AuditEntry } from './record-encoding.ts';
import { damaged, failed } from './refusal.ts';
import { readRetention } from './retention.ts';
import {
  checkpointName,
  journalName,
  markOf,
  type PublishedCheckpoint,
  readStoredLog,
  type StoredLog,
} from './stored-log.ts';
import { TileFolder } from './tile-folder.ts';
import { TransparencyLog } from './transparency-log.ts';
import { Tree, tileWidth } from './tree.ts';

const defaultIntervalMs = 1000;
const defaultSpacingMs = 100;
const writableByOthers = 0o022;

export interface OpenAuditLogOptions {
  /** The log's own folder, made when it is absent. Only `checkpoint`, `checkpoint.witnessed`, `retention` and `tile` in it may be served. */
  readonly folder: string;
  /** Name of the log (C2SP tlog-checkpoint): a URL without scheme, spaces and plus signs. */
  readonly origin: string;
  /** The log's present keys. */
  readonly signers: LogSigners;
  /** Those before them: a checkpoint that they signed is still this log's. The record that names the present ones follows it. */
  readonly earlierSigners?: readonly LogSigners[];
  /** Version of the program that writes the records. */
  readonly software: string;
  /** Key of the journal's MAC, 32 to 64 bytes; copied. */
  readonly macKey: Secret;
  /** Other functions for files; the tree is then kept on this thread. */
  readonly files?: LogFiles;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Asked behind each record, with the number of durable ones, for one more to write right behind it. */
  readonly companion?: (entry: AuditEntry, size: number) => AuditEntry | undefined;
  /** Called once, when the log cannot be written any more. */
  readonly onFailure?: (error: SidecarError) => void;
  /** Hears how long each write of records took to become durable, in milliseconds. */
  readonly onSync?: (durationMs: number) => void;
  /** Size in bytes at which the journal goes on in a new segment; 4 MiB unless given. */
  readonly segmentBytes?: number;
  /** Time between checkpoints while leaves arrive and nobody asks for one; 1000 unless given. */
  readonly checkpointIntervalMs?: number;
  /** Least time between two checkpoints, whoever asks; 100 unless given. */
  readonly checkpointSpacingMs?: number;
}

type Settled = Required<Omit<OpenAuditLogOptions, 'macKey'>> & { readonly mac: KeyedMac };

/**
 * Opens the log of a folder, or begins one where there is nothing. What a crash left is completed: the journal's
 * tail goes into a new segment and under a new checkpoint.
 *
 * @throws SidecarError `audit_corrupt` when the folder does not hold the whole log that it claims to hold,
 * `config_invalid` for an unusable origin or key
 *
 * @example const log = await openAuditLog({ folder, origin: 'hsm.example/audit', signers, macKey });
 */
export async function openAuditLog(options: OpenAuditLogOptions): Promise<TransparencyLog> {
  if (!isValidOrigin(options.origin)) throw new SidecarError('config_invalid', `log origin ${options.origin}`);
  const mac = new KeyedMac(options.macKey);
  try {
    return await open({
      files: nodeFiles,
      earlierSigners: [],
      companion: () => undefined,
      now: Date.now,
      onFailure: () => undefined,
      onSync: () => undefined,
      segmentBytes: defaultSegmentBytes,
      checkpointIntervalMs: defaultIntervalMs,
      checkpointSpacingMs: defaultSpacingMs,
      ...options,
      mac,
    });
  } catch (error) {
    mac.dispose();
    throw failed('opening the log', error);
  }
}

async function open(options: Settled): Promise<TransparencyLog> {
  const candidates = [options.signers, ...options.earlierSigners];
  const stored = await readStoredLog({ ...options, signers: candidates });
  await prepareFolder(options);
  const published = stored.published ?? emptyCheckpoint(options);
  // A rotation signs the note anew before the first checkpoint by the new keys.
  const minimumIndex = await readRetention(options, [published.signers, options.signers]);
  if (stored.published !== undefined) await secureStored(options, stored, stored.published);
  const { origin, segmentBytes, files, mac } = options;
  const journal = await Journal.start(
    { files, folder: journalFolder(options), mac, origin, segmentBytes },
    {
      sequence: stored.journalSequence + 1,
      previousMac: stored.journalMac,
      checkpoint: markOf(published.head, published.note),
      tail: stored.tail,
    },
  );
  const tree = openTree(options.files, { ...stored, folder: options.folder, size: published.head.size });
  const log = new TransparencyLog({ ...options, ...stored, published, journal, tree, minimumIndex });
  const rotation = rotationIn(stored.tail, published.head.size, origin, options.signers);
  if (rotation !== undefined) log.succeed(options.signers, rotation);
  try {
    if (stored.published === undefined) await replaceFile(files, options.folder, checkpointName, published.note);
    await log.tend();
    await log.rotateKeys(options.signers);
    await removeVoid(options, segmentName(stored.journalSequence + 1));
    await log.checkpoint();
    log.guard();
    return log;
  } catch (error) {
    await log.close().catch(() => undefined);
    throw error;
  }
}

/** Makes the folders that are missing and their names durable. */
async function prepareFolder(options: Settled): Promise<void> {
  const { files, folder } = options;
  const path = journalFolder(options);
  const first = await files.makeFolder(path);
  for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made)) {
    await syncFolder(files, dirname(made));
  }
  if (process.platform === 'win32') return;
  for (const [name, at] of Object.entries({ 'log folder': folder, 'journal folder': path })) {
    const mode = await files.mode(at);
    if ((mode & writableByOthers) !== 0) throw damaged(name, `mode ${mode.toString(8)}, others may write to it`);
  }
}

function emptyCheckpoint({ origin, signers, now }: Settled): PublishedCheckpoint {
  const head = { size: 0, root: new Tree().root() };
  return { head, note: signCheckpoint(origin, head, signers, now()), cosignatures: '', signers };
}

/**
 * Writes the checkpoint file anew before the journal forgets what it covers: what was read may be in the page
 * cache only, and the checkpoint before it on the disk.
 */
async function secureStored(options: Settled, stored: StoredLog, published: PublishedCheckpoint): Promise<void> {
  const { note, cosignatures, head } = published;
  await replaceFile(options.files, options.folder, checkpointName, note + cosignatures);
  const tiles = new TileFolder(options.files, options.folder);
  // Sizes within one bundle have the same growing tiles.
  const sizes = new Map(stored.signedSizes.map((size) => [Math.floor(size / tileWidth), size]));
  for (const size of sizes.values()) await tiles.removePartials(size, head.size);
}

/** Removes the segments before the first one of this start, and what earlier starts did not finish. */
async function removeVoid(options: Settled, firstName: string): Promise<void> {
  const folder = journalFolder(options);
  const names = await options.files.list(folder);
  const isVoid = (name: string) => /^\d{8}(\.tmp)?$/.test(name) && name < firstName;
  for (const name of names.filter(isVoid)) await options.files.remove(`${folder}/${name}`);
}

function journalFolder({ folder }: Settled): string {
  return `${folder}/${journalName}`;
}
