import { SidecarError } from '../errors.ts';
import { type LogSigners, signNote } from './checkpoint.ts';
import { type LogFiles, replaceFile } from './files.ts';
import { damaged, isAbsent } from './refusal.ts';
import { tileWidth } from './tree.ts';

const fileName = 'retention';

export interface RetentionPlace {
  readonly files: LogFiles;
  readonly folder: string;
  readonly origin: string;
}

/** What the log says of entries that it no longer has: a note of its own, signed like a checkpoint by Ed25519. */
export async function writeRetention(place: RetentionPlace, minimumIndex: number, signers: LogSigners): Promise<void> {
  if (minimumIndex % tileWidth !== 0) throw new SidecarError('internal_error', `minimum index ${minimumIndex}`);
  const { files, folder, origin } = place;
  await replaceFile(files, folder, fileName, signNote(origin, bodyOf(origin, minimumIndex), signers.ed25519));
}

/**
 * The lowest index that the log still has; 0 for a log that was never pruned.
 *
 * @param candidates keys of the log, of which one must have signed
 * @throws SidecarError `audit_corrupt` for a note that none of them signed
 */
export async function readRetention(place: RetentionPlace, candidates: readonly LogSigners[]): Promise<number> {
  const note = await readNote(place);
  if (note === undefined) return 0;
  const minimumIndex = Number(/^minimum-index (\d+)$/m.exec(note)?.[1]);
  const body = bodyOf(place.origin, minimumIndex);
  // RFC 8032 signatures are deterministic.
  const isOwn = candidates.some(({ ed25519 }) => signNote(place.origin, body, ed25519) === note);
  if (!isOwn) throw damaged(fileName, 'not signed with the keys of this log');
  return minimumIndex;
}

async function readNote({ files, folder }: RetentionPlace): Promise<string | undefined> {
  try {
    return (await files.read(`${folder}/${fileName}`)).toString();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function bodyOf(origin: string, minimumIndex: number): string {
  return `${origin}\nferrohsm-retention/v1\nminimum-index ${minimumIndex}\n`;
}
