/**
 * The FerroHSM daemon as a library; `ferrohsm serve` is its command.
 *
 * @module
 */
export { SidecarError } from './errors.ts';
export {
  defaultPlaces,
  defaultSocketName,
  type RootKeyOptions,
  type SidecarOptions,
  type SocketFileOptions,
  type WebSocketListenOptions,
} from './options.ts';
export { type RunningSidecar, startSidecar } from './sidecar.ts';
