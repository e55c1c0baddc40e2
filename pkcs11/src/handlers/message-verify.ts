import { MessageVerifyOperation } from '../operations/message-verify-operation.ts';
import type { CallHandlers } from './handler.ts';
import { endMessages, messageStep } from './message-steps.ts';
import { begin, bytesOf } from './steps.ts';

/** PKCS#11 3.1 section 5.16: the signatures of many messages, with one key. */
export const messageVerifyHandlers = {
  C_MessageVerifyInit: (given, application) =>
    begin(application, given, {
      kind: 'messageVerify',
      keyFunction: 'verify',
      operation: (make) => new MessageVerifyOperation(make),
    }),
  C_VerifyMessage: ({ session, parameter, data, signature }, { sessions }) =>
    messageStep(sessions.get(session), 'messageVerify', parameter, async (operation) => {
      await operation.atOnce(bytesOf(data), bytesOf(signature));
      return {};
    }),
  C_VerifyMessageBegin: ({ session, parameter }, { sessions }) =>
    messageStep(sessions.get(session), 'messageVerify', parameter, (operation) => {
      operation.begin();
      return {};
    }),
  C_VerifyMessageNext: ({ session, parameter, data, signature }, { sessions }) =>
    messageStep(sessions.get(session), 'messageVerify', parameter, async (operation) => {
      // Only the last part comes with it.
      if (signature === null) operation.update(bytesOf(data));
      else await operation.last(bytesOf(data), bytesOf(signature));
      return {};
    }),
  C_MessageVerifyFinal: ({ session }, { sessions }) => endMessages(sessions.get(session), 'messageVerify'),
} satisfies CallHandlers<
  'C_MessageVerifyInit' | 'C_VerifyMessage' | 'C_VerifyMessageBegin' | 'C_VerifyMessageNext' | 'C_MessageVerifyFinal'
>;
