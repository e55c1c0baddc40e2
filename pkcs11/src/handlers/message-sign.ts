import { MessageSignOperation } from '../operations/message-sign-operation.ts';
import type { CallHandlers } from './handler.ts';
import { endMessages, messageStep } from './message-steps.ts';
import { begin, bytesOf } from './steps.ts';

/** PKCS#11 3.1 section 5.14: signatures of many messages with one key. */
export const messageSignHandlers = {
  C_MessageSignInit: (given, application) =>
    begin(application, given, {
      kind: 'messageSign',
      keyFunction: 'sign',
      operation: (make) => new MessageSignOperation(make),
    }),
  C_SignMessage: ({ session, parameter, data, room }, { sessions }) =>
    messageStep(sessions.get(session), 'messageSign', parameter, async (operation) => ({
      data: await operation.atOnce(bytesOf(data), room),
    })),
  C_SignMessageBegin: ({ session, parameter }, { sessions }) =>
    messageStep(sessions.get(session), 'messageSign', parameter, (operation) => {
      operation.begin();
      return {};
    }),
  C_SignMessageNext: ({ session, parameter, data, isLast, room }, { sessions }) =>
    messageStep(sessions.get(session), 'messageSign', parameter, async (operation) => {
      if (isLast !== 0) return { data: await operation.last(bytesOf(data), room) };
      operation.update(bytesOf(data));
      return { data: null };
    }),
  C_MessageSignFinal: ({ session }, { sessions }) => endMessages(sessions.get(session), 'messageSign'),
} satisfies CallHandlers<
  'C_MessageSignInit' | 'C_SignMessage' | 'C_SignMessageBegin' | 'C_SignMessageNext' | 'C_MessageSignFinal'
>;
