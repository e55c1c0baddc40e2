import { verify } from 'node:crypto';
import { collectedSigner, collectedVerifier } from '../operations/collected-signature.ts';
import type { KeyUse } from './key-use.ts';
import type { Mechanism } from './mechanism.ts';
import { requireNoParameter } from './parameters.ts';

/** Signing and verifying of algorithms that take their message whole and have no parameter. */
export function messageSignatures(signatureBytes: (use: KeyUse) => number): Pick<Mechanism, 'sign' | 'verify'> {
  return {
    sign(parameter) {
      requireNoParameter(parameter);
      return (use) => {
        const { name } = use.held.algorithm;
        return collectedSigner({
          signatureBytes: signatureBytes(use),
          sign: (message) => use.sign({ name }, message),
        });
      };
    },
    verify(parameter) {
      requireNoParameter(parameter);
      return (use) => {
        const { publicKey } = use;
        return collectedVerifier({
          signatureBytes: signatureBytes(use),
          isValid: (message, signature) => verify(null, message, publicKey, signature),
        });
      };
    },
  };
}

/** The type of either half: `ed25519`, `ml-dsa-65`, `slh-dsa-sha2-128s` ... as node:crypto has it. */
export function asymmetricKeyType({ object: { key, publicKey } }: KeyUse): string {
  return key?.algorithm.name.toLowerCase() ?? publicKey?.asymmetricKeyType ?? '';
}
