import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';
import { Refused } from './codec-client.ts';

/** CKR_OK, or what a call was refused with. */
export async function refusal(call: Promise<unknown>): Promise<CkUlong> {
  try {
    await call;
    return CKR.OK;
  } catch (error) {
    if (error instanceof Refused) return error.returnValue;
    throw error;
  }
}
