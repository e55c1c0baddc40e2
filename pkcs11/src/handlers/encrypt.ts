import { CipherOperation } from '../operations/cipher-operation.ts';
import type { CallHandlers } from './handler.ts';
import { begin, bytesOf, lastStep, step } from './steps.ts';

/** PKCS#11 3.1 section 5.8: encryption. */
export const encryptHandlers = {
  C_EncryptInit: (given, application) =>
    begin(application, given, {
      kind: 'encrypt',
      keyFunction: 'encrypt',
      operation: (make) => new CipherOperation(make()),
    }),
  C_Encrypt: ({ session, data, room }, { sessions }) =>
    lastStep(sessions.get(session), 'encrypt', (operation) => operation.atOnce(bytesOf(data), room)),
  async C_EncryptUpdate({ session, data, room }, { sessions }) {
    const take = (operation: CipherOperation) => operation.update(bytesOf(data), room);
    return { data: await step(sessions.get(session), 'encrypt', take) };
  },
  C_EncryptFinal: ({ session, room }, { sessions }) =>
    lastStep(sessions.get(session), 'encrypt', (operation) => operation.final(room)),
} satisfies CallHandlers<'C_EncryptInit' | 'C_Encrypt' | 'C_EncryptUpdate' | 'C_EncryptFinal'>;
