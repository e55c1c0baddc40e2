import { CipherOperation } from '../operations/cipher-operation.ts';
import type { CallHandlers } from './handler.ts';
import { begin, bytesOf, lastStep, step } from './steps.ts';

/** PKCS#11 3.1 section 5.10: decryption. */
export const decryptHandlers = {
  C_DecryptInit: (given, application) =>
    begin(application, given, {
      kind: 'decrypt',
      keyFunction: 'decrypt',
      operation: (make) => new CipherOperation(make()),
    }),
  C_Decrypt: ({ session, data, room }, { sessions }) =>
    lastStep(sessions.get(session), 'decrypt', (operation) => operation.atOnce(bytesOf(data), room)),
  async C_DecryptUpdate({ session, data, room }, { sessions }) {
    const take = (operation: CipherOperation) => operation.update(bytesOf(data), room);
    return { data: await step(sessions.get(session), 'decrypt', take) };
  },
  C_DecryptFinal: ({ session, room }, { sessions }) =>
    lastStep(sessions.get(session), 'decrypt', (operation) => operation.final(room)),
} satisfies CallHandlers<'C_DecryptInit' | 'C_Decrypt' | 'C_DecryptUpdate' | 'C_DecryptFinal'>;
