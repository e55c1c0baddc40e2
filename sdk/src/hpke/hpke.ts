import type { HpkeSuite } from './algorithms.ts';
import { exportArgument, messageArgument } from './arguments.ts';
import type { HpkeRecipientKey, HpkeSubtleCrypto } from './kem.ts';
import { type HpkeSetup, setupRecipient, setupSender } from './setup.ts';
import { suiteOf } from './suite.ts';

export interface HpkeMessageOptions extends HpkeSetup {
  /** Bytes that are authenticated with the message, but not in it; none by default. */
  readonly aad?: BufferSource;
}

/** A message to one recipient. */
export interface HpkeSealed {
  /** The encapsulated key, which the recipient needs to open. */
  readonly enc: Uint8Array<ArrayBuffer>;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
}

export interface HpkeSentSecret {
  readonly enc: Uint8Array<ArrayBuffer>;
  readonly secret: Uint8Array<ArrayBuffer>;
}

export interface HpkeExportOptions extends HpkeSetup {
  /** Bytes that name the use of the secret; none by default. */
  readonly context?: BufferSource;
  /** Length of the secret. */
  readonly bytes: number;
}

/** Secret bytes of both parties beside the messages (RFC 9180 section 5.3). */
export interface HpkeExporter {
  /**
   * @param context bytes that name the use, at most 65535
   * @param bytes length of the secret; at most 255 times the hash with HKDF, 65535 otherwise
   * @throws {@link FerroHsmError} `type_invalid` for other lengths
   */
  export(context: BufferSource, bytes: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Seals messages for one recipient, who must open them in the same order. */
export interface HpkeSender extends HpkeExporter {
  readonly enc: Uint8Array<ArrayBuffer>;
  /** @throws {@link FerroHsmError} `not_supported` with an export-only suite */
  seal(plaintext: BufferSource, aad?: BufferSource): Promise<Uint8Array<ArrayBuffer>>;
}

/** Opens the messages of one sender, in the order in which they were sealed. */
export interface HpkeRecipient extends HpkeExporter {
  /**
   * @throws {@link FerroHsmError} `operation_failed` when it is not the sender's next message, which may come later;
   * `not_supported` with an export-only suite
   */
  open(ciphertext: BufferSource, aad?: BufferSource): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * HPKE with one suite.
 *
 * Of the recipient's private key the SubtleCrypto answers one thing for a set-up: the shared secret of the KEM
 * (`decapsulateBits`), or for DHKEM the agreement with the sender's ephemeral key (`deriveBits`). It comes into this
 * process, where the key schedule and the AEAD run on native keys; the private key does not. A policy that does not
 * permit `subtle.decapsulateBits` or `subtle.deriveBits`, or a key without that usage, forbids it.
 *
 * What the SubtleCrypto refuses rejects as it does there, with a DOMException: NotAllowedError for a policy, DataError for
 * an `enc` that is no public key. Everything else is a {@link FerroHsmError}: `not_supported` where this runtime lacks the
 * KDF or AEAD, `access_invalid` for a key that does not fit the suite, `data_invalid` for an `enc` of another length,
 * `operation_failed` for a message that does not open, `type_invalid` for other arguments.
 */
export interface Hpke {
  readonly suite: HpkeSuite;
  /** One message (RFC 9180 section 6.1). */
  seal(publicKey: CryptoKey, plaintext: BufferSource, options?: HpkeMessageOptions): Promise<HpkeSealed>;
  open(
    recipient: HpkeRecipientKey,
    sealed: { readonly enc: BufferSource; readonly ciphertext: BufferSource },
    options?: HpkeMessageOptions,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** A secret for one recipient instead of a message (RFC 9180 section 6.2). */
  sendExport(publicKey: CryptoKey, options: HpkeExportOptions): Promise<HpkeSentSecret>;
  receiveExport(
    recipient: HpkeRecipientKey,
    enc: BufferSource,
    options: HpkeExportOptions,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Several messages with one `enc` (RFC 9180 section 5). */
  setupSender(publicKey: CryptoKey, setup?: HpkeSetup): Promise<HpkeSender>;
  setupRecipient(recipient: HpkeRecipientKey, enc: BufferSource, setup?: HpkeSetup): Promise<HpkeRecipient>;
}

/**
 * HPKE (RFC 9180, draft-ietf-hpke-pq), modes base and PSK, whose recipient's private key may be one of the sidecar.
 *
 * @param subtle that of the sidecar (`hsm.subtle`), or any other; it must know the keys that are given
 * @throws {@link FerroHsmError} `not_supported` for a suite that is not in the tables
 * @example
 * ```ts
 * const hpke = createHpke(hsm.subtle, { kem: 'MLKEM768-X25519', kdf: 'HKDF-SHA256', aead: 'AES-256-GCM' });
 * const usages = ['encapsulateBits', 'decapsulateBits'] as const;
 * const recipient = await hsm.keys.create({ name: 'mail/alice', algorithm: 'MLKEM768-X25519', usages: [...usages] });
 * const sealed = await hpke.seal(recipient.publicKey, new TextEncoder().encode('to alice alone'));
 * const plaintext = await hpke.open(recipient, sealed);
 * ```
 */
export function createHpke(subtle: HpkeSubtleCrypto, names: HpkeSuite): Hpke {
  const suite = suiteOf(names);
  const send = (publicKey: CryptoKey, setup: HpkeSetup) => setupSender(suite, subtle, publicKey, setup);
  const receive = (recipient: HpkeRecipientKey, enc: BufferSource, setup: HpkeSetup) =>
    setupRecipient(suite, subtle, recipient, enc, setup);
  return Object.freeze({
    suite: Object.freeze({ kem: names.kem, kdf: names.kdf, aead: names.aead }),
    async seal(publicKey, plaintext, { aad, ...setup } = {}) {
      const message = messageArgument(plaintext, aad);
      const { enc, context } = await send(publicKey, setup);
      return { enc, ciphertext: await context.seal(message) };
    },
    async open(recipient, { enc, ciphertext }, { aad, ...setup } = {}) {
      const message = messageArgument(ciphertext, aad);
      return (await receive(recipient, enc, setup)).open(message);
    },
    async sendExport(publicKey, { context: use, bytes, ...setup }) {
      const request = exportArgument(suite, use, bytes);
      const { enc, context } = await send(publicKey, setup);
      return { enc, secret: await context.export(request) };
    },
    async receiveExport(recipient, enc, { context: use, bytes, ...setup }) {
      const request = exportArgument(suite, use, bytes);
      return (await receive(recipient, enc, setup)).export(request);
    },
    async setupSender(publicKey, setup = {}) {
      const { enc, context } = await send(publicKey, setup);
      return Object.freeze({
        enc,
        seal: async (plaintext, aad) => context.seal(messageArgument(plaintext, aad)),
        export: async (use, bytes) => context.export(exportArgument(suite, use, bytes)),
      } satisfies HpkeSender);
    },
    async setupRecipient(recipient, enc, setup = {}) {
      const context = await receive(recipient, enc, setup);
      return Object.freeze({
        open: async (ciphertext, aad) => context.open(messageArgument(ciphertext, aad)),
        export: async (use, bytes) => context.export(exportArgument(suite, use, bytes)),
      } satisfies HpkeRecipient);
    },
  } satisfies Hpke);
}
