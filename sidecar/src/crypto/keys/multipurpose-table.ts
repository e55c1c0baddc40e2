import type { KeyUsage } from '../../generated/types.ts';
import { type Table, table } from '../operations/table.ts';
import { ellipticCurve } from './elliptic-curve.ts';
import type { KeyFamily } from './key-family.ts';
import { multipurpose } from './multipurpose.ts';
import { rsa } from './rsa.ts';
import { aes, hmac } from './symmetric.ts';

const ciphering: readonly KeyUsage[] = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
const authenticating: readonly KeyUsage[] = ['sign', 'verify'];

/** General-purpose keys, by the algorithm that they are shown as; `operations/purposes.ts` says what they compute. */
export const multipurposeFamilies: Table<KeyFamily> = table({
  'RSASSA-PKCS1-v1_5': multipurpose(rsa, {
    private: { shown: ['sign'], all: ['sign', 'decrypt', 'unwrapKey'] },
    public: { shown: ['verify'], all: ['verify', 'encrypt', 'wrapKey'] },
  }),
  ECDSA: multipurpose(ellipticCurve, {
    private: { shown: ['sign'], all: ['sign', 'deriveKey', 'deriveBits'] },
    public: { shown: ['verify'], all: ['verify'] },
  }),
  'AES-GCM': multipurpose(aes, { secret: { shown: ciphering, all: ciphering } }),
  HMAC: multipurpose(hmac, { secret: { shown: authenticating, all: authenticating } }),
});
