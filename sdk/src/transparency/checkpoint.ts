import { fromBase64 } from './base64.ts';
import { parseNote, type SignedNote } from './signed-note.ts';
import { type Hash, hashBytes } from './tree-hash.ts';

/** What a log says of itself at one moment (C2SP tlog-checkpoint). */
export interface TreeCheckpoint {
  readonly origin: string;
  /** Entries in the tree. */
  readonly size: number;
  readonly root: Hash;
  /** The text that is signed. */
  readonly body: string;
}

/** With its signatures, not verified. */
export type SignedCheckpoint = TreeCheckpoint & SignedNote;

/**
 * Reads a checkpoint as C2SP signed-note and tlog-checkpoint lay it out; verifies nothing.
 *
 * @returns undefined when it is not one
 *
 * @example const checkpoint = parseCheckpoint(await readFile('log/checkpoint'));
 */
export function parseCheckpoint(bytes: Uint8Array): SignedCheckpoint | undefined {
  const note = parseNote(bytes);
  if (note === undefined) return undefined;
  const [origin = '', size = '', encodedRoot = ''] = note.body.split('\n');
  const root = fromBase64(encodedRoot);
  if (origin === '' || !/^(0|[1-9]\d*)$/.test(size) || root?.length !== hashBytes) return undefined;
  return Number.isSafeInteger(Number(size)) ? { ...note, origin, size: Number(size), root } : undefined;
}
