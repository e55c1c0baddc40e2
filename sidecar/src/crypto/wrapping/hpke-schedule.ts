import { labeledExpand, labeledExtract, suiteId } from './hkdf-sha256.ts';

/** Numbers of IANA's HPKE registries: HKDF-SHA256 and AES-256-GCM. */
const kdf = 0x0001;
const aead = 0x0002;

const keyBytes = 32;
const nonceBytes = 12;
/** Mode base, in the key schedule context. */
const modeBase = Buffer.of(0);
const nothing = Buffer.alloc(0);

/** What sender and recipient have agreed upon. */
export interface HpkeAgreement {
  /** Number of the KEM in IANA's registry. */
  readonly kem: number;
  /** What the KEM gave; stays the caller's to wipe. */
  readonly sharedSecret: Uint8Array;
  /** What both sides know. */
  readonly info: Uint8Array;
}

/** Key and nonce of the only message of a sender (RFC 9180 section 5.1, mode base); its scope's end wipes them. */
export class HpkeMessageKey implements Disposable {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;

  constructor({ kem, sharedSecret, info }: HpkeAgreement) {
    const suite = suiteId('HPKE', kem, kdf, aead);
    const context = Buffer.concat([
      modeBase,
      labeledExtract(suite, nothing, 'psk_id_hash', nothing),
      labeledExtract(suite, nothing, 'info_hash', info),
    ]);
    const secret = labeledExtract(suite, sharedSecret, 'secret', nothing);
    this.key = labeledExpand(suite, secret, 'key', context, keyBytes);
    this.nonce = labeledExpand(suite, secret, 'base_nonce', context, nonceBytes);
    secret.fill(0);
  }

  [Symbol.dispose](): void {
    this.key.fill(0);
    this.nonce.fill(0);
  }
}
