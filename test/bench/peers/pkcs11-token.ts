import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstPresent } from './installed.ts';

/** Of a token that lives for one benchmark. */
export const tokenPin = '1234';
export const tokenLabel = 'bench';
const pin = ['--pin', tokenPin];

const softHsmPlaces = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib64/pkcs11/libsofthsm2.so'];
const clientModulePlaces = [
  '/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so',
  '/usr/lib/aarch64-linux-gnu/pkcs11/p11-kit-client.so',
  '/usr/lib64/pkcs11/p11-kit-client.so',
];

/** SoftHSM's module. */
export const softHsmModule: string | undefined = firstPresent(softHsmPlaces);
/** The module that speaks to `p11-kit server`. */
export const clientModule: string | undefined = firstPresent(clientModulePlaces);

export interface Token {
  /** What SoftHSM needs to find it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly publicKey: KeyObject;
}

/** A token with one P-256 key pair in a folder. */
export function createToken(folder: string): Token {
  const tokens = join(folder, 'tokens');
  const configuration = join(folder, 'softhsm2.conf');
  mkdirSync(tokens);
  writeFileSync(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const environment = { SOFTHSM2_CONF: configuration };
  execFileSync('softhsm2-util', ['--init-token', '--free', '--label', tokenLabel, '--so-pin', tokenPin, ...pin], {
    env: { ...process.env, ...environment },
  });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  importKey(environment, folder, { privateKey, label: 'p256', id: '01' });
  return { environment, publicKey };
}

/** One more key for a token. */
export function importKey(
  environment: Token['environment'],
  folder: string,
  { privateKey, label, id }: { readonly privateKey: KeyObject; readonly label: string; readonly id: string },
): void {
  const file = join(folder, `${label}.pem`);
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  execFileSync('softhsm2-util', ['--import', file, '--token', tokenLabel, '--label', label, '--id', id, ...pin], {
    env: { ...process.env, ...environment },
  });
}
