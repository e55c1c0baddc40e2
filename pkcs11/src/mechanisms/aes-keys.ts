import { CKK } from '../codec/constants/objects.ts';

/** What every mechanism of AES has. */
export const aesKeys = { keyTypes: [CKK.AES], keySizes: [16, 32] } as const;
