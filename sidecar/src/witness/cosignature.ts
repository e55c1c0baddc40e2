import { keyIdBytes, mlDsa44SignatureBytes, signatureTypes, subtreeMessage, timestampBytes } from '../signed-note.ts';
import type { CosignedTree } from './cosigned-tree.ts';
import { decodeBase64, type VerifierKey } from './verifier-key.ts';

/** Verifies a pure signature by a raw public key; for ML-DSA-44 with an empty context. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

export interface CosignatureVerifiers {
  readonly ed25519: VerifySignature;
  readonly mlDsa44: VerifySignature;
}

const ed25519SignatureBytes = 64;
/** C2SP tlog-cosignature: a timestamp must not exceed it. */
const latestTimestamp = 2n ** 63n - 1n;

/**
 * The cosignature of that very tree by that key among signature lines. Only the first line that names the key is
 * looked at: after a false one of a known key the others are not worth the work (C2SP signed-note "Signatures").
 *
 * @param lines without their newlines
 */
export function findCosignature(
  lines: readonly string[],
  tree: CosignedTree,
  key: VerifierKey,
  verify: CosignatureVerifiers,
): string | undefined {
  for (const line of lines) {
    const timestamped = signatureOf(line, key);
    if (timestamped !== undefined) return isCosignature(timestamped, tree, key, verify) ? line : undefined;
  }
  return undefined;
}

/** What follows the key id, when the line says that this key made it. */
function signatureOf(line: string, key: VerifierKey): Buffer | undefined {
  const prefix = `\u2014 ${key.name} `;
  if (!line.startsWith(prefix)) return undefined;
  const bytes = decodeBase64(line.slice(prefix.length));
  return bytes?.subarray(0, keyIdBytes).equals(key.id) === true ? bytes.subarray(keyIdBytes) : undefined;
}

/**
 * C2SP tlog-cosignature. Without a timestamp it is none: it would not say that the tree was the largest that the
 * witness knew (C2SP tlog-witness).
 */
function isCosignature(
  timestamped: Buffer,
  tree: CosignedTree,
  key: VerifierKey,
  verify: CosignatureVerifiers,
): boolean {
  if (timestamped.length <= timestampBytes) return false;
  const timestamp = timestamped.subarray(0, timestampBytes);
  const seconds = timestamp.readBigUInt64BE();
  if (seconds === 0n || seconds > latestTimestamp) return false;
  const signature = timestamped.subarray(timestampBytes);
  switch (key.type) {
    case signatureTypes.ed25519Cosignature: {
      const isLong = signature.length === ed25519SignatureBytes;
      return isLong && verify.ed25519(key.publicKey, timedNote(tree, seconds), signature);
    }
    case signatureTypes.mlDsa44Cosignature: {
      const isLong = signature.length === mlDsa44SignatureBytes;
      return isLong && verify.mlDsa44(key.publicKey, subtreeMessage(tree, key.name, timestamp), signature);
    }
    default:
      return false;
  }
}

/** C2SP tlog-cosignature "Ed25519 signed message". */
function timedNote({ body }: CosignedTree, seconds: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${body}`);
}
