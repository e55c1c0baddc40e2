import { connect, type FerroHsm, install } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll } from 'vitest';
import {
  createFolders,
  discardFolders,
  type SidecarProcess,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';

export type Algorithm = Parameters<FerroHsm['keys']['create']>[0]['algorithm'];
export type Usages = Parameters<FerroHsm['keys']['create']>[0]['usages'];

/** A sidecar for the tests of one file; its keys are named ones, which never leave it. */
export interface TestSidecar {
  readonly hsm: FerroHsm;
  createKey(algorithm: Algorithm, usages: Usages): ReturnType<FerroHsm['keys']['create']>;
}

/**
 * Starts it before the tests and stops it after them.
 *
 * @param isGlobal makes keys of the sidecar work with the global crypto
 */
export function useSidecar({ isGlobal }: { isGlobal: boolean }): TestSidecar {
  const folders = createFolders();
  let sidecar: SidecarProcess | undefined;
  let hsm: FerroHsm | undefined;
  let uninstall: (() => void) | undefined;
  let created = 0;

  beforeAll(async () => {
    sidecar = await startSidecarProcess({ folders });
    hsm = await connect({ socket: sidecar.socket });
    if (isGlobal) uninstall = install(hsm.crypto);
  });
  afterAll(async () => {
    uninstall?.();
    await hsm?.close();
    await sidecar?.stop();
    discardFolders(folders);
  });

  const connected = (): FerroHsm => {
    if (hsm === undefined) throw new Error('the sidecar has not started');
    return hsm;
  };
  return {
    get hsm() {
      return connected();
    },
    createKey: (algorithm, usages) => connected().keys.create({ name: `clients/${created++}`, algorithm, usages }),
  };
}

export const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;

export function rsa(name: string, hash = 'SHA-256'): Algorithm {
  return { name, hash, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
}
