import { SignOperation } from '../operations/sign-operation.ts';
import { VerifyRecoverOperation } from '../operations/verify-recover-operation.ts';
import type { CallHandlers } from './handler.ts';
import { begin, bytesOf, lastStep } from './steps.ts';

/** Signatures that hold what was signed (PKCS#11 3.1 sections 5.13 and 5.15), in one piece. */
export const recoverHandlers = {
  C_SignRecoverInit: (given, application) =>
    begin(application, given, {
      kind: 'signRecover',
      keyFunction: 'signRecover',
      operation: (make) => new SignOperation(make()),
    }),
  C_SignRecover: ({ session, data, room }, { sessions }) =>
    lastStep(sessions.get(session), 'signRecover', (operation) => operation.atOnce(bytesOf(data), room)),
  C_VerifyRecoverInit: (given, application) =>
    begin(application, given, {
      kind: 'verifyRecover',
      keyFunction: 'verifyRecover',
      operation: (make) => new VerifyRecoverOperation(make()),
    }),
  C_VerifyRecover: ({ session, data, room }, { sessions }) =>
    lastStep(sessions.get(session), 'verifyRecover', (operation) => operation.recover(bytesOf(data), room)),
} satisfies CallHandlers<'C_SignRecoverInit' | 'C_SignRecover' | 'C_VerifyRecoverInit' | 'C_VerifyRecover'>;
