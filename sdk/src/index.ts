export type { Audit } from './client/audit.ts';
export { connect, type WebSocketConnectOptions } from './client/connect.ts';
export type { ClientOptions, FerroHsm } from './client/ferrohsm.ts';
export type { KeyCreation, KeyListOptions, Keys } from './client/keys.ts';
export type { NamedKey, NamedKeyVersion } from './client/named-key.ts';
export type { Session } from './client/session.ts';
export type { System } from './client/system.ts';
export { FerroHsmError } from './errors.ts';
export type { ErrorCode } from './generated/errors.ts';
export type * from './generated/types.ts';
// The one of `audit.checkpoint`; the parsed note of transparency/ has the same name.
export type { Checkpoint } from './generated/types.ts';
export * from './transparency/transparency.ts';
export type { WebSocketConstructor, WebSocketLike } from './transport/websocket.ts';
export type { CryptoOptions, HsmCrypto } from './webcrypto/crypto.ts';
export { install } from './webcrypto/install.ts';
export { SubtleCrypto } from './webcrypto/subtle-crypto.ts';
export type { HsmSubtleCrypto } from './webcrypto/subtle-crypto-types.ts';
