import type { KeystoreVerifyResult } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';

/** One check at a time, whoever asks: it reads everything, and holds up the erasure of what a turnover leaves behind. */
export function createKeystoreVerify(keystore: Pick<Keystore, 'verify'>): Handler<'keystore.verify'> {
  let underWay: Promise<KeystoreVerifyResult> | undefined;
  return async () => {
    underWay ??= keystore.verify().finally(() => {
      underWay = undefined;
    });
    return await underWay;
  };
}
