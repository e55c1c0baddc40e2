import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Secret } from '../secret.ts';
import type { Keystore } from './keystore.ts';
import { newKey, secretOf, type TestStore } from './test-store.ts';

/** An open store with that many keys and a system secret. */
export interface FilledStore {
  readonly keystore: Keystore;
  /** What must be readable to the end, by id of the key. */
  readonly secrets: Map<string, string>;
}

export async function filledStore(store: TestStore, keys: number): Promise<FilledStore> {
  const keystore = await store.open();
  const secrets = new Map<string, string>();
  for (let index = 0; index < keys; index++) {
    const { id } = await keystore.create(newKey(`key-${index}`));
    secrets.set(id, await secretOf(keystore, id));
  }
  (await keystore.systemSecret('log/seed', () => Secret.copy(Buffer.alloc(32, 9)))).dispose();
  return { keystore, secrets };
}

export async function expectSecrets(
  keystore: Keystore,
  secrets: ReadonlyMap<string, string>,
  what = '',
): Promise<void> {
  for (const [id, secret] of secrets) expect(await secretOf(keystore, id), what).toBe(secret);
  using seed = await keystore.systemSecret('log/seed', () => Secret.copy(Buffer.alloc(32)));
  expect(seed.bytes, what).toEqual(Buffer.alloc(32, 9));
}

/** Goes on with a turnover to its end; answers the number of rewrapped rows. */
export async function finishTurnover(keystore: Keystore, limit = 64): Promise<number> {
  for (let rewrapped = 0; ; ) {
    const step = await keystore.rewrapSome(limit);
    rewrapped += step.rewrapped;
    if (step.done) return rewrapped;
  }
}

export function secretFiles({ folder }: TestStore): string[] {
  return readdirSync(join(folder, 'generations')).sort();
}

export function secretFile({ folder }: TestStore, generation: number): string {
  return join(folder, `generations/generation-${generation}.secret`);
}
