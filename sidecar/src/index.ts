/**
 * The FerroHSM daemon as a library; `ferrohsm serve` is its command.
 *
 * @module
 */
export {
  type BackupHeader,
  type BackupOpener,
  type BackupPlace,
  type ReadBackup,
  readBackupHeader,
} from './backups/backup-file.ts';
export {
  type PlanOptions,
  planRestore,
  type RestoredBackup,
  type RestoreOptions,
  rehearseBackup,
  restoreBackup,
  verifyBackup,
} from './backups/backup-restore.ts';
export type { ShownConsent } from './backups/restore-consent.ts';
export { isRestorable } from './backups/restore-outlook.ts';
export type { Tombstone } from './backups/tombstone.ts';
export { closeMemory } from './closed-memory.ts';
export { SidecarError } from './errors.ts';
export { readConfigBytes } from './files/config-file.ts';
export { overwriteFreedMemory } from './freed-memory.ts';
export { loadPeerCredentials, type PeerCredentials } from './identity/peer-credentials.ts';
export {
  createOperatorLog,
  type LogFields,
  type LogFormat,
  type LogLevel,
  logLevels,
  type OperatorLog,
  type OperatorLogOptions,
} from './operator-log/operator-log.ts';
export {
  type AdjustableLimits,
  type ConfigurationMark,
  defaultPlaces,
  defaultSocketName,
  type InheritedSocketOptions,
  type LinkOptions,
  type NetworkListenOptions,
  type ProbeListenOptions,
  type RootKeyOptions,
  type SidecarOptions,
  type SocketFileOptions,
  type TlsFiles,
  type TraceOptions,
  type WebSocketListenOptions,
} from './options.ts';
export { type PolicyProfileName, policyProfiles } from './policy/policy-profiles.ts';
export {
  collectShares,
  type PreparedShares,
  prepareShares,
  type ShareCeremony,
  type ShareCollection,
  type SplitRootKey,
} from './seal/share-ceremony.ts';
export { Secret } from './secret.ts';
export { type RunningSidecar, startSidecar } from './sidecar.ts';
export { bindSocketFile, type SocketFile } from './transport/socket-file.ts';
