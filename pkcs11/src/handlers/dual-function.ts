import type { Application } from '../application/application.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import type { CallHandlers } from './handler.ts';

/** PKCS#11 3.1 section 5.17: CKF_DUAL_CRYPTO_OPERATIONS is not set. */
export const dualFunctionHandlers = {
  C_DigestEncryptUpdate: refuse,
  C_DecryptDigestUpdate: refuse,
  C_SignEncryptUpdate: refuse,
  C_DecryptVerifyUpdate: refuse,
} satisfies CallHandlers<
  'C_DigestEncryptUpdate' | 'C_DecryptDigestUpdate' | 'C_SignEncryptUpdate' | 'C_DecryptVerifyUpdate'
>;

function refuse({ session }: { readonly session: CkUlong }, { sessions }: Application): never {
  sessions.get(session);
  throw new CryptokiRefusal(CKR.FUNCTION_NOT_SUPPORTED, 'one operation at a time');
}
