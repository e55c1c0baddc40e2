import type { KeyFamily } from './key-family.ts';
import { nativeFamily } from './native-family.ts';
import { requireEmbeddedPublicKey } from './pairwise.ts';
import { rawPrivateStorage } from './part-storage.ts';

/** ECDSA and ECDH on P-256, P-384 and P-521. */
export const ellipticCurve: KeyFamily = nativeFamily({
  parameters: ['namedCurve'],
  storage: rawPrivateStorage(({ namedCurve }) => ({
    asymmetricKeyType: 'ec',
    ...(namedCurve !== undefined && { namedCurve }),
  })),
  publicFormat: 'spki',
});

export const ed25519: KeyFamily = octetKeyPair('ed25519');
export const ed448: KeyFamily = octetKeyPair('ed448');
export const x25519: KeyFamily = octetKeyPair('x25519');
export const x448: KeyFamily = octetKeyPair('x448');

function octetKeyPair(asymmetricKeyType: string): KeyFamily {
  return nativeFamily({
    parameters: [],
    storage: rawPrivateStorage(() => ({ asymmetricKeyType })),
    publicFormat: 'spki',
    checkPrivate: requireEmbeddedPublicKey,
  });
}
