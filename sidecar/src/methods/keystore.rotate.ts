import type { KeyTurnover } from '../keys/key-turnover.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { turnOnce } from './turn-once.ts';

export function createKeystoreRotate(
  keystore: Pick<Keystore, 'documents'>,
  turnover: Pick<KeyTurnover, 'turnOver'>,
): Handler<'keystore.rotate'> {
  const turn = async () => ({ generation: await turnover.turnOver() });
  return (params, execution) => turnOnce(keystore, turn, params, execution);
}
