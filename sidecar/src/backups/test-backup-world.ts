import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { onTestFinished } from 'vitest';
import { createCryptoProvider } from '../crypto/crypto-provider.ts';
import { createSealing } from '../crypto/sealing.ts';
import type { KeyRecord } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { newKey, testFolder } from '../keystore/test-store.ts';
import { Secret } from '../secret.ts';
import { type OpenState, openState } from '../state.ts';
import type { BackupAlgorithm, BackupPublicKey } from './backup-recipients.ts';
import { Backups } from './backups.ts';

/** Store, log and backups on real files. */
export interface BackupWorld {
  readonly folder: string;
  readonly rootKey: Buffer;
  readonly keystore: Keystore;
  readonly log: OpenState['log'];
  readonly backups: Backups;
  /** What a next process would have. */
  readonly restarted: () => Backups;
  readonly setTime: (nowMs: number) => void;
  /** Paths of what lies in the backup folder. */
  files(): string[];
}

/** Closed at the end of the test. */
export async function backupWorld(startMs = Date.now()): Promise<BackupWorld> {
  const folder = testFolder();
  const rootKey = randomBytes(32);
  let nowMs = startMs;
  const now = () => nowMs;
  using secret = Secret.copy(rootKey);
  const sealing = createSealing();
  const options = { stateFolder: join(folder, 'state'), configFolder: join(folder, 'config'), sockets: [] };
  const places = { ...options, rootKey: { kind: 'key-file', path: join(folder, 'unused') } } as const;
  const state = await openState(places, [secret], sealing, { onStorageFailure: () => undefined, now });
  const crypto = createCryptoProvider();
  onTestFinished(async () => {
    await crypto.close();
    await state.close();
  });
  const { keystore, log } = state;
  const backupFolder = join(folder, 'backups');
  const indexFolder = join(folder, 'state/backup-indexes');
  const backups = () => new Backups({ keystore, log, crypto, sealing, folder: backupFolder, indexFolder, now });
  return {
    folder,
    rootKey,
    keystore,
    log,
    backups: backups(),
    restarted: backups,
    setTime: (timeMs) => {
      nowMs = timeMs;
    },
    files: () => readdirSync(backupFolder).map((name) => join(backupFolder, name)),
  };
}

/** A recipient whose key another implementation made. */
export function testRecipient(algorithm: BackupAlgorithm = 'MLKEM768-X25519'): {
  readonly key: BackupPublicKey;
  readonly seed: Buffer;
} {
  const kem = algorithm === 'ML-KEM-768' ? ml_kem768 : ml_kem768_x25519;
  const seed = randomBytes(algorithm === 'ML-KEM-768' ? 64 : 32);
  return { key: { algorithm, publicKey: kem.keygen(seed).publicKey }, seed };
}

/** A P-256 key whose secret fits its public half. */
export async function storedKey(keystore: Keystore, name: string): Promise<KeyRecord> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  using secret = Secret.take(privateKey.export({ format: 'raw-private' }));
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  return await keystore.create(newKey(name, { secret, publicKey: { format: 'spki', data: spki } }));
}

/** A request of its own. */
export function backupRequest(requestId = `backup-${randomBytes(4).toString('hex')}`) {
  return { requestId, requestDigest: requestId, principal: 'alice' };
}
