export { describeCall, describeOperation } from './approval/describe-operation.ts';
export { operationDigest } from './approval/operation-digest.ts';
export { type Signer, signApproval, signPolicy } from './approval/sign-approval.ts';
export { type KnownApprovalKey, type VerifiedApproval, verifyApproval } from './approval/verify-approval.ts';
export type { ApprovalListOptions, Approvals, VoteOptions } from './client/approvals.ts';
export type { Audit, EraseOptions, PruneOptions } from './client/audit.ts';
export type { Backups } from './client/backups.ts';
export type { BreakGlass as BreakGlassClient } from './client/break-glass.ts';
export type { PlannedChange } from './client/checked.ts';
export { connect, type WebSocketConnectOptions } from './client/connect.ts';
export type { DataKeys } from './client/data-keys.ts';
export type { ClientOptions, FerroHsm, FerroHsmClients, ViewOptions } from './client/ferrohsm.ts';
export type {
  ExportedKey,
  KeyExportFormat,
  KeyExportOptions,
  KeyRecipient,
  NamedWrappingKey,
  WrappedKey,
} from './client/key-export.ts';
export type { KeyImport, PlainKeyImport, WrappedKeyImport } from './client/key-import.ts';
export type {
  KeyChange,
  KeyDestroyOptions,
  KeyMoveOptions,
  KeyRollbackOptions,
  KeyRotateOptions,
} from './client/key-life.ts';
export type { KeyCreation, KeyListOptions, KeyPageOptions, Keys } from './client/keys.ts';
export type { NamedKey, NamedKeyVersion } from './client/named-key.ts';
export type { Policy, PolicySignature } from './client/policy.ts';
export type { Principals, Repeatable } from './client/principals.ts';
export type { Retention } from './client/retention.ts';
export type { Rotation } from './client/rotation.ts';
export type { Session } from './client/session.ts';
export type { Sessions } from './client/sessions.ts';
export type { System } from './client/system.ts';
export type { InvitationOptions, Tokens } from './client/tokens.ts';
export {
  ApprovalRequiredError,
  type ErrorFacts,
  FerroHsmError,
  type FerroHsmErrorOptions,
  type HeldApproval,
} from './errors.ts';
export type { ErrorCode } from './generated/errors.ts';
export type * from './generated/types.ts';
export * from './transparency/transparency.ts';
export type { WebSocketConstructor, WebSocketEvent, WebSocketLike } from './transport/websocket.ts';
export type { CryptoOptions, HsmCrypto } from './webcrypto/crypto.ts';
export { install } from './webcrypto/install.ts';
export type { PublicKeyPlace } from './webcrypto/key-custody.ts';
export type { KeyStorage } from './webcrypto/key-storage.ts';
export { SubtleCrypto } from './webcrypto/subtle-crypto.ts';
export type * from './webcrypto/subtle-crypto-types.ts';
