import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { FerroHsm, KeyAlgorithm, KeyUsage } from '@ferrohsm/sdk/node';
import { ServedSidecar } from '../pkcs11/served-sidecar.ts';
import { stockClient } from '../pkcs11/served-token.ts';
import { startPeer } from './peers/peer-server.ts';
import { createToken, importKey, softHsmModule, type Token, tokenLabel, tokenPin } from './peers/pkcs11-token.ts';
import type { TokenKey } from './pkcs11-operations.ts';
import { cpuClockOf } from './process-cost.ts';

/** A token behind a socket of p11-kit's protocol. */
export interface BenchToken extends AsyncDisposable {
  readonly socket: string;
  readonly pin: string;
  readonly publicKeys: Readonly<Record<TokenKey, KeyObject>>;
  /** CPU time of its processes, in microseconds. */
  readonly clocks: Readonly<Record<string, () => number>>;
}

const untold = () => Number.NaN;

/** A sidecar with its log, as it ships, and the front process. */
export async function openFerroHsm(): Promise<BenchToken> {
  await using opened = new AsyncDisposableStack();
  const served = opened.use(await ServedSidecar.serve());
  await using hsm = await served.connect('application');
  const publicKeys = { p256: await createEcKey(hsm), rsa2048: await createRsaKey(hsm) };
  const { sidecar, front } = served.processes;
  const held = opened.move();
  return {
    socket: served.socketPath,
    pin: served.pin,
    publicKeys,
    clocks: { sidecar: cpuClockOf(sidecar) ?? untold, front: cpuClockOf(front) ?? untold },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** SoftHSM2 behind `p11-kit server`, which has a process for each connection. */
export async function openSoftHsm(): Promise<BenchToken> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let token: Token | undefined;
  const server = await startPeer((folder, socket) => {
    token = createToken(folder);
    importKey(token.environment, folder, { privateKey: rsa.privateKey, label: 'rsa2048', id: '02' });
    const words = ['server', '-f', '--provider', softHsmModule ?? '', '-n', socket, `pkcs11:token=${tokenLabel}`];
    return { program: stockClient.program, words, environment: { ...stockClient.environment, ...token.environment } };
  });
  if (token === undefined) throw new Error('the token was not made');
  return {
    socket: server.socket,
    pin: tokenPin,
    publicKeys: { p256: token.publicKey, rsa2048: rsa.publicKey },
    clocks: { server: server.cpuUs ?? untold },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function createEcKey(hsm: FerroHsm): Promise<KeyObject> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', multipurpose: true } as const;
  return createKey(hsm, 'bench/p256', algorithm, ['sign', 'verify', 'deriveKey', 'deriveBits']);
}

function createRsaKey(hsm: FerroHsm): Promise<KeyObject> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: 'AQAB',
    multipurpose: true,
  } as const;
  const usages: KeyUsage[] = ['sign', 'verify', 'encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
  return createKey(hsm, 'bench/rsa2048', algorithm, usages);
}

async function createKey(hsm: FerroHsm, name: string, algorithm: KeyAlgorithm, usages: KeyUsage[]): Promise<KeyObject> {
  const { record } = await hsm.call('keys.create', { name, algorithm, usages, requestId: crypto.randomUUID() });
  const publicKey = record.versions[0]?.publicKey;
  if (publicKey === undefined) throw new Error(`${name} has no public half`);
  return createPublicKey({ key: Buffer.from(publicKey.data), format: 'der', type: 'spki' });
}
