import { concat, uint64 } from './bytes.ts';
import type { TreeCheckpoint } from './checkpoint.ts';

/** One type of signature on a checkpoint (C2SP signed-note "Signature types"). */
export interface NoteAlgorithm {
  /** As reports name it. */
  readonly name: string;
  /** For witnesses (C2SP tlog-cosignature); a log may sign with these, too. */
  readonly isCosignature: boolean;
  readonly webCryptoName: string;
  readonly keyFormat: string;
  readonly publicKeyBytes: number;
  readonly signatureBytes: number;
  /** The signed message and the raw signature; undefined for another length, or a time that no cosignature may have. */
  message(checkpoint: TreeCheckpoint, signer: string, signature: Uint8Array): SignedMessage | undefined;
}

export interface SignedMessage {
  readonly message: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

const timestampBytes = 8;
/** C2SP tlog-cosignature: a timestamp must not exceed it. */
const latestTimestamp = 2n ** 63n - 1n;
const utf8 = (text: string) => new TextEncoder().encode(text);

const ed25519 = { webCryptoName: 'Ed25519', keyFormat: 'raw', publicKeyBytes: 32, signatureBytes: 64 };
const mlDsa44 = { webCryptoName: 'ML-DSA-44', keyFormat: 'raw-public', publicKeyBytes: 1312, signatureBytes: 2420 };

/** The types that are understood, by their number. */
export const noteAlgorithms: ReadonlyMap<number, NoteAlgorithm> = new Map<number, NoteAlgorithm>([
  [
    0x01,
    Object.freeze({
      ...ed25519,
      name: 'Ed25519',
      isCosignature: false,
      message: ({ body }: TreeCheckpoint, _signer: string, signature: Uint8Array) =>
        signature.length === ed25519.signatureBytes
          ? { message: utf8(body), signature: new Uint8Array(signature) }
          : undefined,
    }),
  ],
  [
    0x04,
    Object.freeze({
      ...ed25519,
      name: 'Ed25519 cosignature',
      isCosignature: true,
      message: ({ body }: TreeCheckpoint, _signer: string, signature: Uint8Array) =>
        timestamped(signature, ed25519.signatureBytes, (_bytes, seconds) =>
          utf8(`cosignature/v1\ntime ${seconds}\n${body}`),
        ),
    }),
  ],
  [
    0x06,
    Object.freeze({
      ...mlDsa44,
      name: 'ML-DSA-44 cosignature',
      isCosignature: true,
      message: (checkpoint: TreeCheckpoint, signer: string, signature: Uint8Array) =>
        timestamped(signature, mlDsa44.signatureBytes, (bytes) => subtreeMessage(checkpoint, signer, bytes)),
    }),
  ],
]);

/**
 * C2SP tlog-cosignature: eight bytes of time in seconds before the signature. Without a time it would not say that the
 * tree was the largest that the signer knew (C2SP tlog-witness).
 */
function timestamped(
  bytes: Uint8Array,
  signatureBytes: number,
  message: (timestamp: Uint8Array, seconds: bigint) => Uint8Array<ArrayBuffer>,
): SignedMessage | undefined {
  if (bytes.length !== timestampBytes + signatureBytes) return undefined;
  const timestamp = bytes.slice(0, timestampBytes);
  const seconds = new DataView(timestamp.buffer).getBigUint64(0);
  if (seconds === 0n || seconds > latestTimestamp) return undefined;
  return { message: message(timestamp, seconds), signature: bytes.slice(timestampBytes) };
}

/** C2SP tlog-cosignature, ML-DSA-44: the whole tree as the subtree from 0 to its size. */
function subtreeMessage({ origin, size, root }: TreeCheckpoint, signer: string, timestamp: Uint8Array) {
  const [signerBytes, originBytes] = [utf8(signer), utf8(origin)];
  return concat(
    utf8('subtree/v1\n\0'),
    Uint8Array.of(signerBytes.length),
    signerBytes,
    timestamp,
    Uint8Array.of(originBytes.length),
    originBytes,
    uint64(0),
    uint64(size),
    root,
  );
}
