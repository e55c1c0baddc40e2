import type { AuditLog } from '../audit/log.ts';
import type { Backups } from '../backups/backups.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { Governance } from '../governance/governance.ts';
import type { ImportKeys } from '../keys/import-keys.ts';
import type { KeyRetention } from '../keys/key-retention.ts';
import type { KeyTurnover } from '../keys/key-turnover.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import type { RotationPolicies } from '../keys/rotation-policies.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { LogKeys } from '../log/log-keys.ts';
import type { LogRetention } from '../log/log-retention.ts';
import type { Handlers } from '../request/context.ts';
import { createApprovalsApprove } from './approvals.approve.ts';
import { createApprovalsCancel } from './approvals.cancel.ts';
import { createApprovalsDeny } from './approvals.deny.ts';
import { createApprovalsEvents, type MayHear } from './approvals.events.ts';
import { createApprovalsGet } from './approvals.get.ts';
import { createApprovalsList, type MayLookAtApproval } from './approvals.list.ts';
import { createApprovalsWait } from './approvals.wait.ts';
import { createApproversEnrol, type MayChangeOthers } from './approvers.enrol.ts';
import { createApproversRemove } from './approvers.remove.ts';
import { createAuditCheckpoint } from './audit.checkpoint.ts';
import { createAuditErase } from './audit.erase.ts';
import { createAuditList } from './audit.list.ts';
import { createAuditPrune } from './audit.prune.ts';
import { createAuditReceipt } from './audit.receipt.ts';
import { createAuditRotateKeys } from './audit.rotateKeys.ts';
import { createAuditSetRetention } from './audit.setRetention.ts';
import { createBackupCreate } from './backup.create.ts';
import { createBackupList } from './backup.list.ts';
import { createBreakGlassList } from './breakGlass.list.ts';
import { createBreakGlassOpen } from './breakGlass.open.ts';
import { createBreakGlassReview } from './breakGlass.review.ts';
import { createDataKeyDecrypt } from './dataKey.decrypt.ts';
import { createDataKeyGenerate } from './dataKey.generate.ts';
import { createDataKeyRewrap } from './dataKey.rewrap.ts';
import { createGroupsRemove } from './groups.remove.ts';
import { createGroupsSet } from './groups.set.ts';
import { createInventoryList } from './inventory.list.ts';
import { createKeysActivate } from './keys.activate.ts';
import { createKeysAssign } from './keys.assign.ts';
import { createKeysCancelDestruction } from './keys.cancelDestruction.ts';
import { createKeysCertificate } from './keys.certificate.ts';
import { createKeysCompromise } from './keys.compromise.ts';
import { createKeysCreate, type KeyChanged } from './keys.create.ts';
import { createKeysDeactivate } from './keys.deactivate.ts';
import { createKeysDestroy } from './keys.destroy.ts';
import { createKeysExport } from './keys.export.ts';
import { createKeysGet } from './keys.get.ts';
import { createKeysGrant } from './keys.grant.ts';
import { createKeysHold } from './keys.hold.ts';
import { createKeysImport, type MayImport } from './keys.import.ts';
import { createKeysLiftHold } from './keys.liftHold.ts';
import { createKeysLimit } from './keys.limit.ts';
import { type Cursors, createKeysList, type MayLook } from './keys.list.ts';
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
import { createKeystoreChangeRootKey } from './keystore.changeRootKey.ts';
import { createKeystoreRotate } from './keystore.rotate.ts';
import { createKeystoreVerify } from './keystore.verify.ts';
import { createPolicyCheck } from './policy.check.ts';
import { createPolicyExplain, type PolicyQuestions } from './policy.explain.ts';
import { createPolicyGet } from './policy.get.ts';
import { createPolicyHistory } from './policy.history.ts';
import { createPolicyLoad } from './policy.load.ts';
import { createPolicyRollback } from './policy.rollback.ts';
import { createPolicySimulate, type RecordedRequests } from './policy.simulate.ts';
import { createPrincipalsList } from './principals.list.ts';
import { createPrincipalsRemove } from './principals.remove.ts';
import { createPrincipalsSet } from './principals.set.ts';
import { createRetentionList } from './retention.list.ts';
import { createRetentionRemove } from './retention.remove.ts';
import { createRetentionSet } from './retention.set.ts';
import { createRotationList } from './rotation.list.ts';
import { createRotationRemove } from './rotation.remove.ts';
import { createRotationSet } from './rotation.set.ts';
import { createRpcDiscover } from './rpc.discover.ts';
import { createSessionList } from './session.list.ts';
import { createSessionRelease } from './session.release.ts';
import { createSessionRevoke } from './session.revoke.ts';
import { createSessionWhoami } from './session.whoami.ts';
import { createSubtleDecapsulateBits } from './subtle.decapsulateBits.ts';
import { createSubtleDecapsulateKey } from './subtle.decapsulateKey.ts';
import { createSubtleDecrypt } from './subtle.decrypt.ts';
import { createSubtleDeriveBits } from './subtle.deriveBits.ts';
import { createSubtleDeriveKey } from './subtle.deriveKey.ts';
import { createSubtleEncapsulateBits } from './subtle.encapsulateBits.ts';
import { createSubtleEncapsulateKey } from './subtle.encapsulateKey.ts';
import { createSubtleEncrypt } from './subtle.encrypt.ts';
import { createSubtleExportKey } from './subtle.exportKey.ts';
import { createSubtleGenerateKey } from './subtle.generateKey.ts';
import { createSubtleGetPublicKey } from './subtle.getPublicKey.ts';
import { createSubtleImportKey } from './subtle.importKey.ts';
import { createSubtleSign } from './subtle.sign.ts';
import { createSubtleUnwrapKey } from './subtle.unwrapKey.ts';
import { createSubtleVerify } from './subtle.verify.ts';
import { createSubtleWrapKey } from './subtle.wrapKey.ts';
import { createSystemHello, type Greeting } from './system.hello.ts';
import { createSystemRandom, type FillRandom } from './system.random.ts';
import { createSystemSeal } from './system.seal.ts';
import { createSystemStatus, type StatusSources } from './system.status.ts';
import { createSystemUnseal } from './system.unseal.ts';
import { createTokensInvite } from './tokens.invite.ts';
import { createTokensRevoke } from './tokens.revoke.ts';

export interface HandlerParts {
  readonly crypto: CryptoProvider;
  readonly keystore: Keystore;
  readonly log: AuditLog;
  readonly logKeys: LogKeys;
  readonly logRetention: LogRetention;
  readonly keyRetention: KeyRetention;
  readonly rotationPolicies: RotationPolicies;
  readonly backups: Backups;
  readonly keyUsage: KeyUsage;
  readonly turnover: KeyTurnover;
  readonly importKeys: ImportKeys;
  readonly mayImport: MayImport;
  readonly governance: Governance;
  readonly mayLook: MayLook;
  readonly mayLookAtUsage: MayLook;
  readonly mayLookAtApproval: MayLookAtApproval;
  readonly mayHear: MayHear;
  readonly mayChangeOthers: MayChangeOthers;
  readonly cursors: Cursors;
  readonly keyChanged: KeyChanged;
  readonly greeting: Greeting;
  readonly fillRandom: FillRandom;
  readonly status: StatusSources;
  readonly questions: PolicyQuestions;
  readonly recordedRequests: RecordedRequests;
  /** Lets no further call in. */
  readonly shutOut: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Every method's handler; the type demands one for each schema. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { crypto, keystore, keyRetention, keyUsage, log, mayLook, cursors, keyChanged, greeting, fillRandom, status } =
    parts;
  const { directory, tokens, jwt, policy, policies, desk, events, emergencies, quotas, grants, sessions } =
    parts.governance;
  const { endStaleSessions, requireRevocable } = parts.governance;
  const keysList = createKeysList(keystore, mayLook, cursors, parts.now);
  return {
    'approvals.approve': createApprovalsApprove(desk),
    'approvals.cancel': createApprovalsCancel(desk),
    'approvals.deny': createApprovalsDeny(desk),
    'approvals.events': createApprovalsEvents(events, parts.mayHear),
    'approvals.get': createApprovalsGet(desk),
    'approvals.list': createApprovalsList(desk, parts.mayLookAtApproval, cursors),
    'approvals.wait': createApprovalsWait(desk),
    'approvers.enrol': createApproversEnrol(directory, parts.mayChangeOthers),
    'approvers.remove': createApproversRemove(directory),
    'backup.create': createBackupCreate(parts.backups),
    'backup.list': createBackupList(parts.backups),
    'breakGlass.list': createBreakGlassList(emergencies),
    'breakGlass.open': createBreakGlassOpen(emergencies),
    'breakGlass.review': createBreakGlassReview(emergencies),
    'dataKey.decrypt': createDataKeyDecrypt(crypto),
    'dataKey.generate': createDataKeyGenerate(crypto, fillRandom),
    'dataKey.rewrap': createDataKeyRewrap(crypto, fillRandom),
    'groups.remove': createGroupsRemove(directory),
    'groups.set': createGroupsSet(directory),
    'keys.activate': createKeysActivate(keystore, keyChanged),
    'keys.assign': createKeysAssign(keystore, keyChanged),
    'keys.cancelDestruction': createKeysCancelDestruction(keystore, keyChanged),
    'keys.compromise': createKeysCompromise(keystore, keyChanged),
    'keys.deactivate': createKeysDeactivate(keystore, keyChanged),
    'keys.destroy': createKeysDestroy(keystore, keyRetention, keyChanged),
    'keys.resume': createKeysResume(keystore, keyChanged),
    'keys.rollback': createKeysRollback(keystore, parts.rotationPolicies, keyChanged),
    'keys.rotate': createKeysRotate(crypto, keystore, parts.rotationPolicies, keyChanged),
    'keys.suspend': createKeysSuspend(keystore, keyChanged),
    'keys.update': createKeysUpdate(keystore, keyChanged),
    'keys.export': createKeysExport(crypto),
    'keys.grant': createKeysGrant(keystore, grants, keyChanged),
    'keys.limit': createKeysLimit(keystore, quotas),
    'keys.revokeGrant': createKeysRevokeGrant(keystore, grants, keyChanged),
    'keys.unfreeze': createKeysUnfreeze(keystore, quotas),
    'policy.check': createPolicyCheck(policy),
    'policy.explain': createPolicyExplain(policy, parts.questions, parts.now),
    'policy.get': createPolicyGet(policies, policy),
    'policy.history': createPolicyHistory(policies),
    'policy.load': createPolicyLoad(policies),
    'policy.rollback': createPolicyRollback(policies),
    'policy.simulate': createPolicySimulate(policy, parts.recordedRequests),
    'principals.list': createPrincipalsList(directory),
    'principals.remove': createPrincipalsRemove(directory),
    'principals.set': createPrincipalsSet(directory),
    'session.list': createSessionList(sessions),
    'session.revoke': createSessionRevoke(sessions),
    'tokens.invite': createTokensInvite(tokens, (id) => directory.current.record(id)?.kind === 'person'),
    'tokens.revoke': createTokensRevoke(tokens, jwt.issuers, endStaleSessions, requireRevocable),
    'audit.checkpoint': createAuditCheckpoint(log),
    'audit.erase': createAuditErase(parts.logRetention),
    'audit.list': createAuditList(log),
    'audit.prune': createAuditPrune(parts.logRetention),
    'audit.receipt': createAuditReceipt(log),
    'audit.rotateKeys': createAuditRotateKeys(log, parts.logKeys),
    'audit.setRetention': createAuditSetRetention(parts.logRetention),
    'keys.create': createKeysCreate(crypto, keystore, keyChanged),
    'keys.get': createKeysGet(keystore, parts.rotationPolicies),
    'keys.import': createKeysImport(parts),
    'inventory.list': createInventoryList(keysList, parts),
    'keys.list': keysList,
    'keys.prepareImport': createKeysPrepareImport(parts.importKeys),
    'keys.rename': createKeysRename(keystore, keyChanged),
    'keys.retain': createKeysRetain(keystore, keyChanged),
    'keys.hold': createKeysHold(keystore, keyChanged),
    'keys.liftHold': createKeysLiftHold(keystore, keyChanged),
    'retention.set': createRetentionSet(keyRetention),
    'retention.remove': createRetentionRemove(keyRetention),
    'retention.list': createRetentionList(keyRetention),
    'rotation.set': createRotationSet(parts.rotationPolicies),
    'rotation.remove': createRotationRemove(parts.rotationPolicies),
    'rotation.list': createRotationList(parts.rotationPolicies),
    'keys.certificate': createKeysCertificate(keystore, log),
    'keys.usage': createKeysUsage(keystore, keyUsage),
    'keystore.changeRootKey': createKeystoreChangeRootKey(keystore, parts.turnover),
    'keystore.rotate': createKeystoreRotate(keystore, parts.turnover),
    'keystore.verify': createKeystoreVerify(keystore),
    'rpc.discover': createRpcDiscover(),
    'session.release': createSessionRelease(),
    'session.whoami': createSessionWhoami(),
    'subtle.decapsulateBits': createSubtleDecapsulateBits(crypto),
    'subtle.decapsulateKey': createSubtleDecapsulateKey(crypto),
    'subtle.decrypt': createSubtleDecrypt(crypto),
    'subtle.deriveBits': createSubtleDeriveBits(crypto),
    'subtle.deriveKey': createSubtleDeriveKey(crypto),
    'subtle.encapsulateBits': createSubtleEncapsulateBits(crypto),
    'subtle.encapsulateKey': createSubtleEncapsulateKey(crypto),
    'subtle.encrypt': createSubtleEncrypt(crypto),
    'subtle.exportKey': createSubtleExportKey(crypto),
    'subtle.generateKey': createSubtleGenerateKey(crypto),
    'subtle.getPublicKey': createSubtleGetPublicKey(crypto),
    'subtle.importKey': createSubtleImportKey(crypto),
    'subtle.sign': createSubtleSign(crypto),
    'subtle.unwrapKey': createSubtleUnwrapKey(crypto),
    'subtle.verify': createSubtleVerify(crypto),
    'subtle.wrapKey': createSubtleWrapKey(crypto),
    'system.hello': createSystemHello(greeting),
    'system.random': createSystemRandom(fillRandom),
    'system.seal': createSystemSeal(parts.shutOut),
    'system.status': createSystemStatus(status),
    'system.unseal': createSystemUnseal(),
  };
}
