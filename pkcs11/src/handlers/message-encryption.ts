import type { Application } from '../application/application.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { CkMechanism } from '../codec/mechanism.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import type { CallHandlers } from './handler.ts';

/**
 * PKCS#11 3.1 sections 5.9 and 5.11 cannot be served: the parameter of a message, which holds its initialization vector,
 * comes as the C structure in the application's memory, with pointers that lead nowhere here. So nothing is ever begun.
 */
export const messageEncryptionHandlers = {
  C_MessageEncryptInit: refuseBeginning,
  C_EncryptMessage: refuseStep,
  C_EncryptMessageBegin: refuseStep,
  C_EncryptMessageNext: refuseStep,
  C_MessageEncryptFinal: refuseStep,
  C_MessageDecryptInit: refuseBeginning,
  C_DecryptMessage: refuseStep,
  C_DecryptMessageBegin: refuseStep,
  C_DecryptMessageNext: refuseStep,
  C_MessageDecryptFinal: refuseStep,
} satisfies CallHandlers<
  | 'C_MessageEncryptInit'
  | 'C_EncryptMessage'
  | 'C_EncryptMessageBegin'
  | 'C_EncryptMessageNext'
  | 'C_MessageEncryptFinal'
  | 'C_MessageDecryptInit'
  | 'C_DecryptMessage'
  | 'C_DecryptMessageBegin'
  | 'C_DecryptMessageNext'
  | 'C_MessageDecryptFinal'
>;

/** To cancel what was not begun is no error. */
function refuseBeginning(
  { session, mechanism }: { readonly session: CkUlong; readonly mechanism: CkMechanism | null },
  { sessions }: Application,
): Record<never, never> {
  sessions.get(session);
  if (mechanism === null) return {};
  throw new CryptokiRefusal(CKR.MECHANISM_INVALID, 'parameters of encrypted messages do not travel');
}

function refuseStep({ session }: { readonly session: CkUlong }, { sessions }: Application): never {
  sessions.get(session);
  throw new CryptokiRefusal(CKR.OPERATION_NOT_INITIALIZED, 'no encryption of messages is ever begun');
}
