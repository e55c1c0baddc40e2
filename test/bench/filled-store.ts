import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createSealing } from '../../sidecar/src/crypto/sealing.ts';
import type { Keystore } from '../../sidecar/src/keystore/keystore.ts';
import { recordStop } from '../../sidecar/src/log/state-record.ts';
import { createKeyFileProvider } from '../../sidecar/src/root-key/key-file.ts';
import { Secret } from '../../sidecar/src/secret.ts';
import { openState } from '../../sidecar/src/state.ts';
import type { SidecarFolders } from '../../tools/throw-away-sidecar.ts';

/** Changes that are made at once; the keystore commits up to 128 together. */
const together = 128;
/** Keys with the label `rare`, evenly spread. */
export const rareKeys = 20;
/** Values of the label `team`. */
const teams = 100;

export interface Filling {
  readonly keys: number;
  /** Who may look at them. */
  readonly owner: string;
  /** Uncompressed point of P-256. */
  readonly publicKey: Uint8Array;
  readonly onProgress?: (keys: number) => void;
}

/**
 * Fills the keystore of a sidecar that was started before and does not run now, as its own process would: with its root
 * key, and the state at the end of the log.
 */
export async function fillStore({ state, config }: SidecarFolders, filling: Filling): Promise<void> {
  const path = join(config, 'root.key');
  using rootKey = (await createKeyFileProvider({ path, stateFolder: state, storeExists: () => true }).obtain()).rootKey;
  const onStorageFailure = (error: Error) => {
    throw error;
  };
  const options = {
    stateFolder: state,
    configFolder: config,
    sockets: [],
    rootKey: { kind: 'key-file', path },
  } as const;
  const opened = await openState(options, [rootKey], createSealing(), { onStorageFailure, now: Date.now });
  try {
    await fill(opened.keystore, filling);
    await recordStop(opened.log, opened.keystore);
  } finally {
    await opened.close();
  }
}

async function fill(keystore: Keystore, { keys, onProgress, ...made }: Filling): Promise<void> {
  const every = Math.ceil(keys / rareKeys);
  for (let from = 0; from < keys; from += together) {
    const size = Math.min(together, keys - from);
    await Promise.all(Array.from({ length: size }, (_, index) => create(keystore, from + index, every, made)));
    onProgress?.(from + size);
  }
}

async function create(
  keystore: Keystore,
  number: number,
  every: number,
  { owner, publicKey }: Pick<Filling, 'owner' | 'publicKey'>,
): Promise<void> {
  using secret = Secret.take(randomBytes(32));
  await keystore.create({
    name: `bench/${String(number).padStart(7, '0')}`,
    owner,
    principal: owner,
    requestId: `fill-${number}`,
    requestDigest: `fill-${number}`,
    type: 'private',
    usages: ['sign'],
    labels: { team: `team-${number % teams}`, ...(number % every === 0 && { rare: 'yes' }) },
    algorithm: { name: 'ECDSA', namedCurve: 'P-256' },
    format: 'raw-private',
    secret,
    publicKey: { format: 'raw-public', data: publicKey },
  });
}
