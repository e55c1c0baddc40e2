import {
  keyId,
  keyIdBytes,
  mlDsa44SignatureBytes,
  signatureLine,
  signatureTypes,
  subtreeMessage,
  timestampBytes,
} from '../signed-note.ts';
import { hashBytes, type TreeHead } from './tree.ts';

/** Signs with a key that stays where it is. */
export interface LogSigner {
  /** Raw public key: 32 bytes for Ed25519, 1312 for ML-DSA-44. */
  readonly publicKey: Uint8Array;
  /** Pure signature over the message, for ML-DSA with an empty context. */
  sign(message: Uint8Array): Uint8Array;
}

export interface LogSigners {
  /** Signs notes; RFC 8032 signatures are deterministic, which recognizing the own checkpoint relies on. */
  readonly ed25519: LogSigner;
  readonly mlDsa44: LogSigner;
}

/** C2SP signed-note: a verifier key, `name+hex(key id)+base64(type, public key)`. */
export function verifierKey(name: string, type: number, publicKey: Uint8Array): string {
  const encoded = Buffer.concat([Buffer.of(type), publicKey]).toString('base64');
  return `${name}+${keyId(name, type, publicKey).toString('hex')}+${encoded}`;
}

/** The verifier keys of a log: Ed25519 first, then ML-DSA-44. */
export function verifierKeys(origin: string, signers: LogSigners): readonly string[] {
  return [
    verifierKey(origin, signatureTypes.ed25519, signers.ed25519.publicKey),
    verifierKey(origin, signatureTypes.mlDsa44Cosignature, signers.mlDsa44.publicKey),
  ];
}

/**
 * C2SP tlog-checkpoint with two signature lines: Ed25519 for the witnesses of today, an ML-DSA-44 cosignature of
 * the log itself (tlog-cosignature) against the computers of tomorrow.
 *
 * @param timeMs milliseconds since 1970; the cosignature carries seconds
 */
export function signCheckpoint(origin: string, head: TreeHead, signers: LogSigners, timeMs: number): string {
  return ed25519Note(origin, head, signers) + cosignatureLine(origin, head, signers, Math.floor(timeMs / 1000));
}

function ed25519Note(origin: string, head: TreeHead, signers: LogSigners): string {
  return signNote(origin, `${origin}\n${head.size}\n${head.root.toString('base64')}\n`, signers.ed25519);
}

/**
 * C2SP signed-note with one Ed25519 signature under the log's name.
 *
 * @param body ends with a newline
 */
export function signNote(name: string, body: string, ed25519: LogSigner): string {
  return `${body}\n${signatureLine(name, keyId(name, signatureTypes.ed25519, ed25519.publicKey), ed25519.sign(Buffer.from(body)))}`;
}

function cosignatureLine(origin: string, head: TreeHead, signers: LogSigners, timeSeconds: number): string {
  const timestamp = Buffer.alloc(timestampBytes);
  timestamp.writeBigUInt64BE(BigInt(timeSeconds));
  // The log is its own cosigner.
  const signature = signers.mlDsa44.sign(subtreeMessage({ origin, ...head }, origin, timestamp));
  const id = keyId(origin, signatureTypes.mlDsa44Cosignature, signers.mlDsa44.publicKey);
  return signatureLine(origin, id, Buffer.concat([timestamp, signature]));
}

/** A checkpoint of this very log as it was read back. */
export interface OwnCheckpoint {
  readonly head: TreeHead;
  /** With the log's own signature lines. */
  readonly note: string;
  /** Lines of witnesses, which follow them. */
  readonly cosignatures: string;
}

/**
 * Reads a checkpoint of this very log; undefined when the Ed25519 line is not ours. It is checked by signing again, so no
 * verification function has to be handed in. The ML-DSA line is hedged and only checked for its shape here; the journal's
 * keyed digest of the note covers its bytes.
 */
export function openOwnCheckpoint(text: string, origin: string, signers: LogSigners): OwnCheckpoint | undefined {
  const [name, size = '', root = ''] = text.split('\n');
  const head = { size: Number(size), root: Buffer.from(root, 'base64') };
  if (name !== origin || !/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(head.size)) return undefined;
  if (head.root.length !== hashBytes) return undefined;
  const expected = ed25519Note(origin, head, signers);
  if (!text.startsWith(expected)) return undefined;
  const end = text.indexOf('\n', expected.length) + 1;
  if (end === 0 || !isOwnCosignature(text.slice(expected.length, end), origin, signers)) return undefined;
  return { head, note: text.slice(0, end), cosignatures: text.slice(end) };
}

function isOwnCosignature(line: string, origin: string, signers: LogSigners): boolean {
  const prefix = `\u2014 ${origin} `;
  if (!line.startsWith(prefix)) return false;
  const encoded = line.slice(prefix.length, -1);
  const blob = Buffer.from(encoded, 'base64');
  return (
    blob.toString('base64') === encoded &&
    blob.length === keyIdBytes + timestampBytes + mlDsa44SignatureBytes &&
    blob.subarray(0, keyIdBytes).equals(keyId(origin, signatureTypes.mlDsa44Cosignature, signers.mlDsa44.publicKey))
  );
}

/** Whether C2SP tlog-checkpoint and signed-note take it as origin and key name: no spaces, no plus, at most 255 bytes. */
export function isValidOrigin(origin: string): boolean {
  return /^[^\s+\p{Cc}]+$/u.test(origin) && origin.isWellFormed() && Buffer.byteLength(origin) <= 255;
}
