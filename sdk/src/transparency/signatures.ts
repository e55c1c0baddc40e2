import type { SignedCheckpoint, TreeCheckpoint } from './checkpoint.ts';
import type { NoteAlgorithm, SignedMessage } from './note-algorithms.ts';
import type { SignatureLine } from './signed-note.ts';
import { names, type VerifierKey } from './verifier-key.ts';

/** One signature line of a checkpoint. */
export interface SignatureReport {
  readonly name: string;
  /** `unknown` when none of the given keys made the line. */
  readonly algorithm: string;
  /** `unchecked` without a key for it, or when this runtime has not the algorithm. */
  readonly valid: boolean | 'unchecked';
}

/**
 * Checks every line of a checkpoint against the keys that are given.
 *
 * @example const reports = await checkSignatures(checkpoint, [await parseVerifierKey(vkey)]);
 */
export function checkSignatures(
  checkpoint: SignedCheckpoint,
  keys: readonly VerifierKey[],
): Promise<SignatureReport[]> {
  return Promise.all(checkpoint.lines.map((line) => checkLine(checkpoint, line, keys)));
}

async function checkLine(
  checkpoint: TreeCheckpoint,
  line: SignatureLine,
  keys: readonly VerifierKey[],
): Promise<SignatureReport> {
  const key = keys.find((candidate) => names(candidate, line));
  if (key === undefined) return { name: line.name, algorithm: 'unknown', valid: 'unchecked' };
  const signed = key.algorithm.message(checkpoint, line.name, line.signature);
  const valid = signed === undefined ? false : await verifySignature(key, signed);
  return { name: line.name, algorithm: key.algorithm.name, valid };
}

/** `unchecked` when this runtime has not the algorithm. */
export async function verifySignature(
  key: VerifierKey,
  { message, signature }: SignedMessage,
): Promise<boolean | 'unchecked'> {
  const publicKey = await importKey(key.algorithm, key.publicKey);
  if (publicKey === undefined) return 'unchecked';
  return crypto.subtle.verify(key.algorithm.webCryptoName, publicKey, signature, message);
}

/** Undefined when this runtime has not the algorithm: the length of the key was checked before, nothing else can fail. */
async function importKey(
  { keyFormat, webCryptoName }: NoteAlgorithm,
  publicKey: Uint8Array<ArrayBuffer>,
): Promise<CryptoKey | undefined> {
  try {
    // `raw-public` is newer than the types of the DOM.
    return await crypto.subtle.importKey(keyFormat as 'raw', publicKey, webCryptoName, true, ['verify']);
  } catch {
    return undefined;
  }
}
