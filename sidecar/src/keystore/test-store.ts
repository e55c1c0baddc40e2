import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import { Secret } from '../secret.ts';
import type { DueKey, NewKey } from './contract.ts';
import { type Keystore, type KeystoreOptions, openKeystore } from './keystore.ts';
import { databasePath } from './storage/database.ts';

/** A folder that is gone after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-keystore-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store on real files, and a way into its database beside it. */
export interface TestStore {
  readonly folder: string;
  readonly rootKey: Buffer;
  open(options?: Partial<KeystoreOptions>): Promise<Keystore>;
  /** The database as someone else with access to the file sees it. */
  database(): DatabaseSync;
}

export function testStore(folder = testFolder()): TestStore {
  const rootKey = randomBytes(32);
  return {
    folder,
    rootKey,
    async open(options = {}) {
      using secret = Secret.copy(rootKey);
      const generationFolder = join(folder, 'generations');
      const store = join(folder, 'store');
      return await openKeystore({
        folder: store,
        generationFolder,
        rootKeys: [secret],
        sealing: createSealing(),
        ...options,
      });
    },
    database() {
      const database = new DatabaseSync(databasePath(join(folder, 'store')));
      onTestFinished(() => {
        if (database.isOpen) database.close();
      });
      return database;
    },
  };
}

/** A P-256 key of that name; its secret is 32 random bytes unless told. */
export function newKey(name: string, change: Partial<NewKey> = {}): NewKey {
  return {
    name,
    owner: 'alice',
    type: 'private',
    usages: ['sign'],
    labels: { team: 'payments' },
    algorithm: { name: 'ECDSA', namedCurve: 'P-256' },
    format: 'raw-private',
    secret: Secret.take(randomBytes(32)),
    publicKey: { format: 'raw-public', data: new Uint8Array(65).fill(4) },
    requestId: `create-${name}`,
    requestDigest: `digest of ${name}`,
    principal: 'alice',
    ...change,
  };
}

/** The secret of a version in hexadecimal digits. */
export async function secretOf(keystore: Keystore, id: string, version = 1): Promise<string> {
  const unsealed = await keystore.unseal(id, version);
  using secret = unsealed.secret;
  return secret.bytes.toString('hex');
}

export async function namesOfDue(keystore: Keystore, due: readonly DueKey[]): Promise<(string | undefined)[]> {
  return await Promise.all(due.map(async ({ id }) => (await keystore.get(id))?.name));
}

/** Every file of the folder and the folders in it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
