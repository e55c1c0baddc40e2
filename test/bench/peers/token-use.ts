import { createHash, type KeyObject, verify } from 'node:crypto';

/** One way to sign with a key of a token. */
export interface TokenUse {
  /** CKK_... of the key. */
  readonly keyType: number;
  /** CKM_..., without a parameter. */
  readonly mechanism: number;
  readonly signatureBytes: number;
  /** What the mechanism is given: a digest where the caller hashes. */
  readonly data: Buffer;
  /** Which hash of {@link signedMessage} it comes to, as node:crypto names it. */
  readonly hash: string;
}

/** What all signatures are of in the end. */
export const signedMessage = Buffer.alloc(32);

/** CKM_ECDSA with P-256, of a digest that the caller has made. */
export const rawEcdsa: TokenUse = Object.freeze({
  keyType: 0x3,
  mechanism: 0x1041,
  signatureBytes: 64,
  data: createHash('sha256').update(signedMessage).digest(),
  hash: 'sha256',
});

/** @throws Error when the token did something else than sign */
export function requireSigned({ hash, mechanism }: TokenUse, publicKey: KeyObject, signature: Buffer): void {
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (verify(hash, signedMessage, key, signature)) return;
  throw new Error(`mechanism 0x${mechanism.toString(16)}: the signature of the token does not verify`);
}
