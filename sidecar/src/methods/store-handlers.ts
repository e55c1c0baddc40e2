import type { Handlers } from '../request/context.ts';
import { createBackupCreate } from './backup.create.ts';
import { createBackupList } from './backup.list.ts';
import type { HandlerParts } from './handler-parts.ts';
import { createKeystoreChangeRootKey } from './keystore.changeRootKey.ts';
import { createKeystoreRotate } from './keystore.rotate.ts';
import { createKeystoreVerify } from './keystore.verify.ts';

/** The keystore as a whole. */
export function storeHandlers({ backups, keystore, turnover }: HandlerParts) {
  return {
    'backup.create': createBackupCreate(backups),
    'backup.list': createBackupList(backups),
    'keystore.changeRootKey': createKeystoreChangeRootKey(keystore, turnover),
    'keystore.rotate': createKeystoreRotate(keystore, turnover),
    'keystore.verify': createKeystoreVerify(keystore),
  } satisfies Partial<Handlers>;
}
