import { randomBytes } from 'node:crypto';
import type { FerroHsmClients } from '@ferrohsm/sdk/node';
import { expect } from 'vitest';
import type { KnownSecrets } from './known-secrets.ts';

/** Who makes keys and who uses them. */
export interface NamedKeyUsers {
  /** Waits for the approval of others. */
  readonly officer: FerroHsmClients;
  readonly application: FerroHsmClients;
}

/** Creates, exports, imports, uses, rotates and destroys named keys. */
export async function useNamedKeys(users: NamedKeyUsers, known: KnownSecrets): Promise<void> {
  const { officer, application } = users;
  await officer.keys.create({ name: kek, algorithm: { name: 'AES-KW', length: 256 }, usages: ['wrapKey'] });
  for (const [name, algorithm, format] of [
    ['memory/signing', { name: 'Ed25519' }, 'pkcs8'],
    ['memory/module-lattice', { name: 'ML-DSA-65' }, 'raw-seed'],
  ] as const) {
    await officer.keys.create({ name, algorithm, usages: ['sign', 'verify'] });
    const { keyData } = await officer.keys.export(name, format);
    known.addKey(name, format, keyData);
    await exportWrapped(officer, name, format);
    const { privateKey } = await application.keys.get(name);
    await application.subtle.sign(algorithm, privateKey, Buffer.from('data'));
    await officer.keys.rotate(name, { overlapSeconds: 0 });
    known.addKey(`${name} rotated`, format, (await officer.keys.export(name, format)).keyData);
    await destroy(officer, name);
  }
  await useImported(users, known);
  await useDataKeys(users, known);
}

const kek = 'memory/kek';

/** For an import key of each kind, and under a named key. */
async function exportWrapped({ keys }: FerroHsmClients, name: string, format: 'pkcs8' | 'raw-seed'): Promise<void> {
  for (const wrapping of ['HPKE-MLKEM768-X25519', 'HPKE-X25519', 'RSA-OAEP-AES-KWP'] as const) {
    await keys.exportWrapped(name, format, await keys.prepareImport(wrapping));
  }
  for (const wrapping of ['AES-KWP', 'AES-KW'] as const) {
    await keys.exportWrapped(name, format, { wrapping, key: kek });
  }
}

async function useImported({ officer, application }: NamedKeyUsers, known: KnownSecrets): Promise<void> {
  const keyData = randomBytes(32);
  known.add('imported as named', keyData);
  const name = 'memory/imported';
  await officer.keys.import({ name, format: 'raw-seed', keyData, algorithm: 'ML-DSA-44', usages: ['sign', 'verify'] });
  const { privateKey } = await application.keys.get(name);
  await application.subtle.sign('ML-DSA-44', privateKey, Buffer.from('data'));
  await destroy(officer, name);
}

async function useDataKeys({ officer, application }: NamedKeyUsers, known: KnownSecrets): Promise<void> {
  const name = 'memory/data-keys';
  await officer.keys.create({ name, algorithm: 'ML-KEM-768', usages: ['encapsulateBits', 'decapsulateBits'] });
  const { dataKey, wrapped } = await application.dataKeys.generate(name);
  known.add('data key', dataKey);
  await application.dataKeys.decrypt(name, wrapped);
  await application.dataKeys.rewrap(name, wrapped);
}

/** Erases all versions, at once. */
async function destroy({ keys }: FerroHsmClients, name: string): Promise<void> {
  await keys.deactivate(name);
  await keys.destroy(name, { windowSeconds: 0 });
  const states = async () => (await keys.get(name)).record.versions.map(({ state }) => state);
  await expect.poll(async () => new Set(await states()), { timeout: 10_000 }).toEqual(new Set(['destroyed']));
}
