import { checkSignatures } from './signatures.ts';
import { parseNote, type SignedNote } from './signed-note.ts';
import { type LogSource, tileWidth } from './tile-source.ts';
import type { VerifierKey } from './verifier-key.ts';

/** The log's own word that its oldest entries were pruned (file `retention`), not verified. */
export interface Retention {
  /** Entry bundles and level-0 tiles that end at or below this entry may be missing; whole bundles. */
  readonly minimumIndex: number;
  readonly note: SignedNote;
}

/** The retention of a log; undefined when it has none, null when the file is malformed or of another log. */
export async function readRetention(source: LogSource, origin: string): Promise<Retention | undefined | null> {
  const bytes = await source.read('retention');
  if (bytes === undefined) return undefined;
  const note = parseNote(bytes);
  const [, minimum] = /\nminimum-index (0|[1-9]\d*)\n$/.exec(note?.body ?? '') ?? [];
  const minimumIndex = Number(minimum);
  const body = `${origin}\nferrohsm-retention/v1\nminimum-index ${minimum}\n`;
  if (note?.body !== body || !Number.isSafeInteger(minimumIndex) || minimumIndex % tileWidth !== 0) return null;
  return { minimumIndex, note };
}

/** What is wrong with where the retention of a log of that size lies. */
export function retentionProblems(retention: Retention | undefined | null, size: number): string[] {
  if (retention === null) return ['retention: malformed'];
  if (retention === undefined || retention.minimumIndex <= size) return [];
  return [`retention: entry ${retention.minimumIndex} is beyond the checkpoint`];
}

/**
 * What is wrong with its signature: the Ed25519 key of the log must have made it; the other kind signs checkpoints only.
 *
 * @param keys those that sign the log's checkpoint now: the log signs the note anew at a rotation, retired keys count no more
 */
export async function retentionSignatureProblems(
  retention: Retention | undefined | null,
  origin: string,
  keys: readonly VerifierKey[],
): Promise<string[]> {
  if (retention === undefined || retention === null || (await isSigned(retention, origin, keys))) return [];
  return [`retention: no valid Ed25519 signature of ${origin} with a given key`];
}

async function isSigned({ note }: Retention, origin: string, keys: readonly VerifierKey[]): Promise<boolean> {
  const own = keys.filter(({ name, algorithm }) => name === origin && !algorithm.isCosignature);
  const reports = await checkSignatures({ ...note, origin, size: 0, root: new Uint8Array() }, own);
  const valid = reports.map((report) => report.valid);
  return valid.includes(true) && !valid.includes(false);
}
