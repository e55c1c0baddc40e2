import type { CipherOperation } from '../operations/cipher-operation.ts';
import type { DigestOperation } from '../operations/digest-operation.ts';
import type { MessageSignOperation } from '../operations/message-sign-operation.ts';
import type { MessageVerifyOperation } from '../operations/message-verify-operation.ts';
import type { SignOperation } from '../operations/sign-operation.ts';
import type { VerifyOperation } from '../operations/verify-operation.ts';
import type { VerifyRecoverOperation } from '../operations/verify-recover-operation.ts';
import type { Search } from './search.ts';

/** The operations that a session may have under way, one of each. */
export interface OperationsUnderWay {
  readonly search: Search;
  readonly digest: DigestOperation;
  readonly sign: SignOperation;
  readonly signRecover: SignOperation;
  readonly verify: VerifyOperation;
  readonly verifyRecover: VerifyRecoverOperation;
  readonly encrypt: CipherOperation;
  readonly decrypt: CipherOperation;
  readonly messageSign: MessageSignOperation;
  readonly messageVerify: MessageVerifyOperation;
}
