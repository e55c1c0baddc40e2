import { VerifyOperation } from '../operations/verify-operation.ts';
import type { Session } from '../session/session.ts';
import type { CallHandlers } from './handler.ts';
import { begin, bytesOf, step } from './steps.ts';

/** PKCS#11 3.1 section 5.15: verification, without recovery. */
export const verifyHandlers = {
  C_VerifyInit: (given, application) =>
    begin(application, given, {
      kind: 'verify',
      keyFunction: 'verify',
      operation: (make) => new VerifyOperation(make()),
    }),
  C_Verify: ({ session, data, signature }, { sessions }) =>
    verdict(sessions.get(session), (operation) => operation.atOnce(bytesOf(data), bytesOf(signature))),
  async C_VerifyUpdate({ session, data }, { sessions }) {
    await step(sessions.get(session), 'verify', (operation) => operation.update(bytesOf(data)));
    return {};
  },
  C_VerifyFinal: ({ session, signature }, { sessions }) =>
    verdict(sessions.get(session), (operation) => operation.final(bytesOf(signature))),
} satisfies CallHandlers<'C_VerifyInit' | 'C_Verify' | 'C_VerifyUpdate' | 'C_VerifyFinal'>;

/** Ends the operation, whatever the verdict is. */
async function verdict(session: Session, take: (operation: VerifyOperation) => Promise<void>) {
  await step(session, 'verify', take);
  session.operations.end('verify');
  return {};
}
