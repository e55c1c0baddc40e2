import { pause } from '../client/pause.ts';
import { callNative } from './native-crypto.ts';

interface Hasher {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

interface NodeLike {
  readonly process?: { getBuiltinModule?(name: string): { createHash?(algorithm: string): Hasher } | undefined };
}

/** Node's own: it hashes piece by piece and copies nothing, where WebCrypto takes a copy of the whole. */
const nodeCrypto = (globalThis as NodeLike).process?.getBuiltinModule?.('node:crypto');

/** Some milliseconds of hashing. */
const pieceBytes = 4 << 20;

/** A gibibyte of SHA-256 takes less on a processor with instructions for it. */
const longestHoldMs = 1000;

/**
 * Digest of a message as it is at the time of the call.
 *
 * @param isOurs whether nobody changes the bytes before the digest is there: then the event loop gets its turn every few
 *   milliseconds. Those of the caller are hashed at once, without a copy; what a second did not suffice for is copied
 * @throws DOMException NotSupportedError where the runtime lacks the hash
 */
export async function messageDigest(
  hash: string,
  message: Uint8Array<ArrayBuffer>,
  isOurs: boolean,
): Promise<Uint8Array> {
  const hasher = hasherOf(hash);
  if (hasher === undefined) return new Uint8Array((await callNative('digest', [hash, message])) as ArrayBuffer);
  const heldUntilMs = performance.now() + (isOurs ? 0 : longestHoldMs);
  let hashedBytes = 0;
  const hashPiece = (bytes: Uint8Array) => {
    hasher.update(bytes.subarray(hashedBytes, hashedBytes + pieceBytes));
    hashedBytes += pieceBytes;
  };
  do hashPiece(message);
  while (hashedBytes < message.length && performance.now() < heldUntilMs);
  if (hashedBytes < message.length) {
    const rest = isOurs ? message.subarray(hashedBytes) : message.slice(hashedBytes);
    for (hashedBytes = 0; hashedBytes < rest.length; ) {
      await pause(0);
      hashPiece(rest);
    }
  }
  return new Uint8Array(hasher.digest());
}

/** Runtimes that stand in for Node know fewer hashes. */
function hasherOf(hash: string): Hasher | undefined {
  try {
    return nodeCrypto?.createHash?.(hash);
  } catch {
    return undefined;
  }
}
