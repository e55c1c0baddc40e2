import { FerroHsmError } from '../errors.ts';
import { type Kem, privateKeyOf } from './kem.ts';

/** A KEM of WebCrypto, whose secret HPKE takes as it is (draft-ietf-hpke-pq section 4). */
export function nativeKem(name: string, encBytes: number): Kem {
  return Object.freeze({
    algorithm: Object.freeze({ name }),
    encBytes,
    async encapsulate(subtle, publicKey) {
      if (subtle.encapsulateBits === undefined) throw missing('encapsulateBits');
      const { sharedKey, ciphertext } = await subtle.encapsulateBits(name, publicKey);
      return { sharedSecret: new Uint8Array(sharedKey), enc: new Uint8Array(ciphertext) };
    },
    async decapsulate(subtle, recipient, enc) {
      if (subtle.decapsulateBits === undefined) throw missing('decapsulateBits');
      return new Uint8Array(await subtle.decapsulateBits(name, privateKeyOf(recipient), enc));
    },
  } satisfies Kem);
}

function missing(method: string): FerroHsmError {
  return new FerroHsmError('not_supported', `this SubtleCrypto has no ${method}`);
}
