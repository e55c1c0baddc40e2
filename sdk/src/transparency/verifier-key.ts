import { fromBase64 } from './base64.ts';
import { concat, equal, toHex } from './bytes.ts';
import { type NoteAlgorithm, noteAlgorithms } from './note-algorithms.ts';
import { sha256 } from './tree-hash.ts';

/** A public key that signs notes under a name (C2SP signed-note "Verifier keys"). */
export interface VerifierKey {
  /** As it was read; a key has one text only. */
  readonly text: string;
  readonly name: string;
  /** 4 bytes. */
  readonly id: Uint8Array;
  readonly algorithm: NoteAlgorithm;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

const keyIdBytes = 4;

/** C2SP signed-note: first four bytes of SHA-256(name, newline, type, public key). */
async function keyId(name: string, typed: Uint8Array): Promise<Uint8Array> {
  const digest = await sha256(concat(new TextEncoder().encode(`${name}\n`), typed));
  return digest.slice(0, keyIdBytes);
}

/**
 * Reads `name+hex(key id)+base64(type, public key)`.
 *
 * @throws TypeError for malformed text, an unknown type, or a key id that belongs to another key
 *
 * @example await parseVerifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
 */
export async function parseVerifierKey(text: string): Promise<VerifierKey> {
  // Standard base64 may hold plus signs, names may not.
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text) ?? [];
  const typed = fromBase64(encoded ?? '');
  const type = typed?.[0];
  if (name === undefined || typed === undefined || type === undefined) throw new TypeError('malformed verifier key');
  const algorithm = noteAlgorithms.get(type);
  if (algorithm === undefined) throw new TypeError(`verifier key of unknown type ${type}`);
  if (typed.length !== 1 + algorithm.publicKeyBytes) throw new TypeError(`verifier key with ${typed.length - 1} bytes`);
  const expected = await keyId(name, typed);
  if (toHex(expected) !== id) throw new TypeError(`verifier key with id ${id}, not ${toHex(expected)}`);
  return { text, name, id: expected, algorithm, publicKey: typed.slice(1) };
}

/** Whether a signature line says that this key made it. */
export function names(key: VerifierKey, line: { readonly name: string; readonly id: Uint8Array }): boolean {
  return key.name === line.name && equal(key.id, line.id);
}
