import type { ImportWrappingName } from '../../generated/types.ts';
import { hpkeMlKem768X25519, hpkeX25519 } from './hpke-wrappings.ts';
import type { KeyWrapping } from './key-wrapping.ts';
import { rsaAesKwp } from './rsa-aes-kwp.ts';

/** The ways to wrap a key to a public key. */
export const wrappings: Readonly<Record<ImportWrappingName, KeyWrapping>> = Object.freeze({
  'HPKE-MLKEM768-X25519': hpkeMlKem768X25519,
  'HPKE-X25519': hpkeX25519,
  'RSA-OAEP-AES-KWP': rsaAesKwp,
});
