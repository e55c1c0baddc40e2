import type { Handlers } from '../request/context.ts';
import type { HandlerParts } from './handler-parts.ts';
import { createInventoryList } from './inventory.list.ts';
import { createKeysActivate } from './keys.activate.ts';
import { createKeysAssign } from './keys.assign.ts';
import { createKeysCancelDestruction } from './keys.cancelDestruction.ts';
import { createKeysCertificate } from './keys.certificate.ts';
import { createKeysCompromise } from './keys.compromise.ts';
import { createKeysCreate } from './keys.create.ts';
import { createKeysDeactivate } from './keys.deactivate.ts';
import { createKeysDestroy } from './keys.destroy.ts';
import { createKeysExport } from './keys.export.ts';
import { createKeysGet } from './keys.get.ts';
import { createKeysGrant } from './keys.grant.ts';
import { createKeysHold } from './keys.hold.ts';
import { createKeysImport } from './keys.import.ts';
import { createKeysLiftHold } from './keys.liftHold.ts';
import { createKeysLimit } from './keys.limit.ts';
import { createKeysList } from './keys.list.ts';
import { createKeysPrepareImport } from './keys.prepareImport.ts';
import { createKeysRename } from './keys.rename.ts';
import { createKeysResume } from './keys.resume.ts';
import { createKeysRetain } from './keys.retain.ts';
import { createKeysRevokeGrant } from './keys.revokeGrant.ts';
import { createKeysRollback } from './keys.rollback.ts';
import { createKeysRotate } from './keys.rotate.ts';
import { createKeysSuspend } from './keys.suspend.ts';
import { createKeysUnfreeze } from './keys.unfreeze.ts';
import { createKeysUpdate } from './keys.update.ts';
import { createKeysUsage } from './keys.usage.ts';
import { createRetentionList } from './retention.list.ts';
import { createRetentionRemove } from './retention.remove.ts';
import { createRetentionSet } from './retention.set.ts';
import { createRotationList } from './rotation.list.ts';
import { createRotationRemove } from './rotation.remove.ts';
import { createRotationSet } from './rotation.set.ts';

/** Named keys over their life. */
export function keyHandlers(parts: HandlerParts) {
  const {
    crypto,
    cursors,
    importKeys,
    keyChanged,
    keyRetention,
    keyUsage,
    keystore,
    log,
    mayLook,
    now,
    rotationPolicies,
  } = parts;
  const { quotas, grants } = parts.governance;
  const keysList = createKeysList(keystore, mayLook, cursors, now);
  return {
    'inventory.list': createInventoryList(keysList, parts),
    'keys.activate': createKeysActivate(keystore, keyChanged),
    'keys.assign': createKeysAssign(keystore, keyChanged),
    'keys.cancelDestruction': createKeysCancelDestruction(keystore, keyChanged),
    'keys.certificate': createKeysCertificate(keystore, log),
    'keys.compromise': createKeysCompromise(keystore, keyChanged),
    'keys.create': createKeysCreate(crypto, keystore, keyChanged),
    'keys.deactivate': createKeysDeactivate(keystore, keyChanged),
    'keys.destroy': createKeysDestroy(keystore, keyRetention, keyChanged),
    'keys.export': createKeysExport(crypto),
    'keys.get': createKeysGet(keystore, rotationPolicies),
    'keys.grant': createKeysGrant(keystore, grants, keyChanged),
    'keys.hold': createKeysHold(keystore, keyChanged),
    'keys.import': createKeysImport(parts),
    'keys.liftHold': createKeysLiftHold(keystore, keyChanged),
    'keys.limit': createKeysLimit(keystore, quotas),
    'keys.list': keysList,
    'keys.prepareImport': createKeysPrepareImport(importKeys),
    'keys.rename': createKeysRename(keystore, keyChanged),
    'keys.resume': createKeysResume(keystore, keyChanged),
    'keys.retain': createKeysRetain(keystore, keyChanged),
    'keys.revokeGrant': createKeysRevokeGrant(keystore, grants, keyChanged),
    'keys.rollback': createKeysRollback(keystore, rotationPolicies, keyChanged),
    'keys.rotate': createKeysRotate(crypto, keystore, rotationPolicies, keyChanged),
    'keys.suspend': createKeysSuspend(keystore, keyChanged),
    'keys.unfreeze': createKeysUnfreeze(keystore, quotas),
    'keys.update': createKeysUpdate(keystore, keyChanged),
    'keys.usage': createKeysUsage(keystore, keyUsage),
    'retention.list': createRetentionList(keyRetention),
    'retention.remove': createRetentionRemove(keyRetention),
    'retention.set': createRetentionSet(keyRetention),
    'rotation.list': createRotationList(rotationPolicies),
    'rotation.remove': createRotationRemove(rotationPolicies),
    'rotation.set': createRotationSet(rotationPolicies),
  } satisfies Partial<Handlers>;
}
