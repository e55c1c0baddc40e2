import { webcrypto } from 'node:crypto';
import { connect } from '@ferrohsm/sdk/node';
import { type SidecarFolders, startSidecarProcess } from '../../tools/throw-away-sidecar.ts';
import { fillStore } from './filled-store.ts';

/** Fills a store with keys; it belongs to a sidecar that has run before. */
export async function fillFolders(folders: SidecarFolders, keys: number): Promise<void> {
  const owner = await firstStart(folders);
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const publicKey = new Uint8Array(
    await webcrypto.subtle.exportKey('raw', (pair as webcrypto.CryptoKeyPair).publicKey),
  );
  await fillStore(folders, { keys, owner, publicKey });
}

/** @returns who the keys are of */
async function firstStart(folders: SidecarFolders): Promise<string> {
  const sidecar = await startSidecarProcess({ folders });
  try {
    await using hsm = await connect({ socket: sidecar.socket });
    return (await hsm.session.whoami()).principal.id;
  } finally {
    await sidecar.stop();
  }
}
