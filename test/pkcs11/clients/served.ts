import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tokenLabel, tokenPin } from '../../bench/peers/pkcs11-token.ts';
import { ServedSidecar } from '../served-sidecar.ts';
import { ServedToken } from '../served-token.ts';

/** A PKCS#11 socket with one token, which wants a PIN. */
export interface Served extends AsyncDisposable {
  /** For whatever a test writes. */
  readonly folder: string;
  readonly socketPath: string;
  readonly pin: string;
  /** Of the security officer. */
  readonly soPin: string;
  readonly tokenLabel: string;
  /** It is not ours. */
  readonly isReference: boolean;
}

/** With `FERROHSM_PKCS11_REFERENCE=softhsm2` the tests themselves are checked, by another implementation. */
export function serve(): Promise<Served> {
  return process.env.FERROHSM_PKCS11_REFERENCE === 'softhsm2' ? serveSoftHsm() : serveFerroHsm();
}

async function serveFerroHsm(): Promise<Served> {
  const sidecar = await ServedSidecar.serve({ requiresPin: true });
  const folder = join(sidecar.folders.root, 'client');
  await mkdir(folder);
  return {
    folder,
    socketPath: sidecar.socketPath,
    pin: sidecar.pin,
    soPin: sidecar.officerPin,
    tokenLabel: 'FerroHSM',
    isReference: false,
    [Symbol.asyncDispose]: () => sidecar[Symbol.asyncDispose](),
  };
}

async function serveSoftHsm(): Promise<Served> {
  const token = await ServedToken.serve();
  return {
    folder: token.folder,
    socketPath: token.socketPath,
    pin: tokenPin,
    soPin: tokenPin,
    tokenLabel,
    isReference: true,
    [Symbol.asyncDispose]: () => token[Symbol.asyncDispose](),
  };
}
