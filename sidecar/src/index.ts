/**
 * The FerroHSM daemon as a library; `ferrohsm serve` is its command.
 *
 * @module
 */
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
export { type RunningSidecar, startSidecar } from './sidecar.ts';
