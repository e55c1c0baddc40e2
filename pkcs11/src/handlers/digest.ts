import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { mechanismOf } from '../mechanisms/mechanisms.ts';
import { requireNoParameter } from '../mechanisms/parameters.ts';
import { DigestOperation } from '../operations/digest-operation.ts';
import type { CallHandlers } from './handler.ts';
import { bytesOf, lastStep, step } from './steps.ts';

/** PKCS#11 3.1 section 5.12: digests, which take no key and are made here. */
export const digestHandlers = {
  C_DigestInit({ session: handle, mechanism: given }, { sessions }) {
    const { operations } = sessions.get(handle);
    if (given === null) {
      operations.end('digest');
      return {};
    }
    operations.requireNone('digest');
    const { digest } = mechanismOf(given.mechanism);
    if (digest === undefined) throw new CryptokiRefusal(CKR.MECHANISM_INVALID, 'the mechanism does not digest');
    requireNoParameter(given.parameter);
    operations.begin('digest', new DigestOperation(digest));
    return {};
  },
  C_Digest: ({ session, data, room }, { sessions }) =>
    lastStep(sessions.get(session), 'digest', (operation) => operation.atOnce(bytesOf(data), room)),
  async C_DigestUpdate({ session, data }, { sessions }) {
    await step(sessions.get(session), 'digest', (operation) => operation.update(bytesOf(data)));
    return {};
  },
  /** The bytes of a key never come here, and a digest of a key would tell of them. */
  async C_DigestKey({ session: handle, key }, { sessions }) {
    const session = sessions.get(handle);
    return step(session, 'digest', async () => {
      session.token.objects.get(key, CKR.KEY_HANDLE_INVALID);
      throw new CryptokiRefusal(CKR.KEY_INDIGESTIBLE, 'keys are not digested');
    });
  },
  C_DigestFinal: ({ session, room }, { sessions }) =>
    lastStep(sessions.get(session), 'digest', (operation) => operation.final(room)),
} satisfies CallHandlers<'C_DigestInit' | 'C_Digest' | 'C_DigestUpdate' | 'C_DigestKey' | 'C_DigestFinal'>;
