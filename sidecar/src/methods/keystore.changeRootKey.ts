import type { KeyTurnover } from '../keys/key-turnover.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { turnOnce } from './turn-once.ts';

export function createKeystoreChangeRootKey(
  keystore: Pick<Keystore, 'documents'>,
  turnover: Pick<KeyTurnover, 'changeRootKey'>,
): Handler<'keystore.changeRootKey'> {
  return (params, execution) => turnOnce(keystore, () => turnover.changeRootKey(), params, execution);
}
