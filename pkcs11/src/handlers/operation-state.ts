import type { Application } from '../application/application.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CKF } from '../codec/constants/sessions.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import type { CallHandlers } from './handler.ts';
import type { OperationKind } from './steps.ts';

/** Which operation each flag of C_SessionCancel ends. */
const cancelled: readonly (readonly [flag: number, kind: OperationKind])[] = [
  [CKF.FIND_OBJECTS, 'search'],
  [CKF.DIGEST, 'digest'],
  [CKF.SIGN, 'sign'],
  [CKF.SIGN_RECOVER, 'signRecover'],
  [CKF.VERIFY, 'verify'],
  [CKF.VERIFY_RECOVER, 'verifyRecover'],
  [CKF.ENCRYPT, 'encrypt'],
  [CKF.DECRYPT, 'decrypt'],
  [CKF.MESSAGE_SIGN, 'messageSign'],
  [CKF.MESSAGE_VERIFY, 'messageVerify'],
];

/** What becomes of the operations of a session. */
export const operationStateHandlers = {
  /** The state of an operation is a key's, in the sidecar: there is none to give out. */
  C_GetOperationState: refuseState,
  C_SetOperationState: refuseState,
  /** Operations that were not begun are cancelled as well (PKCS#11 3.1 section 5.6.9). */
  C_SessionCancel({ session, flags }, { sessions }) {
    const { operations } = sessions.get(session);
    for (const [flag, kind] of cancelled) if ((BigInt(flags) & BigInt(flag)) !== 0n) operations.end(kind);
    return {};
  },
} satisfies CallHandlers<'C_GetOperationState' | 'C_SetOperationState' | 'C_SessionCancel'>;

function refuseState({ session }: { readonly session: CkUlong }, { sessions }: Application): never {
  sessions.get(session);
  throw new CryptokiRefusal(CKR.FUNCTION_NOT_SUPPORTED, 'operations are not saved');
}
