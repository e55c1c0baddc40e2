/**
 * The PKCS#11 front of FerroHSM as a library; `ferrohsm pkcs11 serve` is its command.
 *
 * @module
 */
export type { Collection } from './application/application.ts';
export {
  type ApplicationPeer,
  type FrontOptions,
  type PeerProcess,
  type RunningFront,
  type ServedSocket,
  servePkcs11,
} from './front.ts';
export type { OpenSidecar } from './sidecar.ts';
