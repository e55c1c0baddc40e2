import { SignOperation } from '../operations/sign-operation.ts';
import type { CallHandlers } from './handler.ts';
import { begin, bytesOf, lastStep, step } from './steps.ts';

/** PKCS#11 3.1 section 5.13: signing, without recovery. */
export const signHandlers = {
  C_SignInit: (given, application) =>
    begin(application, given, { kind: 'sign', keyFunction: 'sign', operation: (make) => new SignOperation(make()) }),
  C_Sign: ({ session, data, room }, { sessions }) =>
    lastStep(sessions.get(session), 'sign', (operation) => operation.atOnce(bytesOf(data), room)),
  async C_SignUpdate({ session, data }, { sessions }) {
    await step(sessions.get(session), 'sign', (operation) => operation.update(bytesOf(data)));
    return {};
  },
  C_SignFinal: ({ session, room }, { sessions }) =>
    lastStep(sessions.get(session), 'sign', (operation) => operation.final(room)),
} satisfies CallHandlers<'C_SignInit' | 'C_Sign' | 'C_SignUpdate' | 'C_SignFinal'>;
