import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';

export function createKeystoreVerify(keystore: Pick<Keystore, 'verify'>): Handler<'keystore.verify'> {
  return () => keystore.verify();
}
