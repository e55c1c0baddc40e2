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
} from './backup-file.ts';
export {
  type RestoredBackup,
  type RestoreOptions,
  rehearseBackup,
  restoreBackup,
  type Tombstone,
  verifyBackup,
} from './backup-restore.ts';
export { closeMemory } from './closed-memory.ts';
export { SidecarError } from './errors.ts';
export {
  defaultPlaces,
  defaultSocketName,
  type InheritedSocketOptions,
  type RootKeyOptions,
  type SidecarOptions,
  type SocketFileOptions,
  type TlsFiles,
  type WebSocketListenOptions,
} from './options.ts';
export { type PolicyProfileName, policyProfiles } from './policy/policy-profiles.ts';
export { Secret } from './secret.ts';
export {
  collectShares,
  type PreparedShares,
  prepareShares,
  type ShareCeremony,
  type ShareCollection,
  type SplitRootKey,
} from './share-ceremony.ts';
export { type RunningSidecar, startSidecar } from './sidecar.ts';
