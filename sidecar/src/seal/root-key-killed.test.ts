import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import type { SidecarError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { killedBefore } from '../keystore/test-killed-process.ts';
import { type TestStore, testFolder, testStore } from '../keystore/test-store.ts';
import { expectSecrets, filledStore, finishTurnover } from '../keystore/test-turnover.ts';
import { createKeyFileProvider } from '../root-key/key-file.ts';
import { createPassphraseProvider } from '../root-key/passphrase.ts';
import type { RootKeyProvider } from '../root-key/provider.ts';
import { dealShares } from '../root-key/share-dealing.ts';
import { ShareSets } from '../root-key/share-sets.ts';
import { ShareSuccession } from '../root-key/share-succession.ts';
import { Secret } from '../secret.ts';
import { type OpenStore, openProvided } from './provided-opening.ts';

const sealing = createSealing();
/** The least that a parameters file may ask for. */
const cost = { memoryKib: 8 * 1024, passes: 1, parallelism: 1 };

/** A place for root keys beside a store. */
interface Place {
  readonly store: TestStore;
  readonly config: string;
}

/** A way to bring the root key, and how it is changed in a process that is killed. */
interface Custody {
  /** Brings the root key that the store is made under, and prepares the next one. */
  readonly prepare: (place: Place) => Promise<Buffer>;
  /** TypeScript that makes `succession`, with the folder `config`. */
  readonly succession: string;
  /** Opens the store as a start does. */
  readonly open: (place: Place, open: OpenStore) => Promise<void>;
  /** Files of the root key when the change has ended. */
  readonly left: readonly string[];
}

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

function keyFile({ config, store }: Place): RootKeyProvider {
  const path = join(config, 'root.key');
  return createKeyFileProvider({ path, stateFolder: join(store.folder, 'store'), storeExists: () => existsSync(path) });
}

function passphrase({ config }: Place): RootKeyProvider {
  const [source, parametersPath] = [{ path: join(config, 'phrase') }, join(config, 'passphrase.json')];
  const storeExists = () => existsSync(parametersPath);
  return createPassphraseProvider({ source, parametersPath, derivation: sealing, storeExists, cost });
}

const openBy = (provider: (place: Place) => RootKeyProvider) => async (place: Place, open: OpenStore) => {
  const opening = provider(place);
  await openProvided(await opening.obtain(), opening, async (rootKey, isNext) => {
    await open(rootKey, isNext);
    if (isNext) opening.succession.commit();
  });
};

async function madeBy(provider: RootKeyProvider): Promise<Buffer> {
  return (await provider.obtain()).rootKey.bytes;
}

const custodies: Readonly<Record<string, Custody>> = {
  'a key file': {
    prepare: (place) => madeBy(keyFile(place)),
    succession: `
      const { createKeyFileProvider } = await import(${url('../root-key/key-file.ts')});
      const options = { path: config + '/root.key', stateFolder: folder + '/store', storeExists: () => true };
      const { succession } = createKeyFileProvider(options);`,
    open: openBy(keyFile),
    left: ['root.key'],
  },
  'a passphrase': {
    async prepare(place) {
      writeFileSync(join(place.config, 'phrase'), 'correct horse battery staple', { mode: 0o600 });
      const rootKey = await madeBy(passphrase(place));
      writeFileSync(join(place.config, 'phrase.next'), 'purple monkey dishwasher', { mode: 0o600 });
      return rootKey;
    },
    succession: `
      const { createPassphraseProvider } = await import(${url('../root-key/passphrase.ts')});
      const places = { source: { path: config + '/phrase' }, parametersPath: config + '/passphrase.json' };
      const options = { ...places, derivation: createSealing(), storeExists: () => true, cost: ${JSON.stringify(cost)} };
      const { succession } = createPassphraseProvider(options);`,
    open: openBy(passphrase),
    left: ['passphrase.json', 'phrase'],
  },
  shares: {
    async prepare({ config }) {
      const rootKey = Secret.copy(Buffer.alloc(32, 1));
      for (const [name, key] of [
        ['shares.json', rootKey],
        ['shares.json.next', Secret.copy(Buffer.alloc(32, 2))],
      ] as const) {
        const { texts, parameters } = dealShares(key, { threshold: 2, count: 2 }, sealing);
        writeFileSync(join(config, name), parameters, { mode: 0o600 });
        // Custodians of either set, who come to each start.
        mkdirSync(join(config, '../custodians'), { recursive: true });
        for (const [at, { bytes }] of texts.entries()) {
          writeFileSync(join(config, `../custodians/${name}-${at}`), bytes);
        }
      }
      return rootKey.bytes;
    },
    succession: `
      const { ShareSuccession } = await import(${url('../root-key/share-succession.ts')});
      const succession = new ShareSuccession(config + '/shares.json', createSealing());
      for (const at of [0, 1]) {
        succession.add(fs.readFileSync(config + '/../custodians/shares.json.next-' + at));
      }`,
    async open({ config }, open) {
      for (const name of ['shares.json', 'shares.json.next']) {
        const sets = new ShareSets(join(config, 'shares.json'), sealing);
        try {
          const [, enough] = [0, 1].map((at) => sets.add(readFileSync(join(config, `../custodians/${name}-${at}`))));
          if (enough === undefined) continue;
          await open(enough.shares.combine(), enough.isNext);
          if (enough.isNext) {
            const succession = new ShareSuccession(join(config, 'shares.json'), sealing);
            succession.proved(enough.shares);
            succession.commit();
          }
          return;
        } catch (error) {
          // The set is in force no more, or not yet.
          expect(['share_foreign', 'config_invalid']).toContain((error as SidecarError).code);
        }
      }
      throw new Error('neither set opens the store');
    },
    left: ['shares.json'],
  },
};

/** The store of the place, as a start finds it. */
async function started(custody: Custody, place: Place): Promise<{ keystore: Keystore; rootKey: Buffer }> {
  const found: { keystore: Keystore; rootKey: Buffer }[] = [];
  await custody.open(place, async (rootKey) => {
    found.push({ keystore: await place.store.open({ rootKeys: [rootKey] }), rootKey: Buffer.from(rootKey.bytes) });
  });
  return found[0] as { keystore: Keystore; rootKey: Buffer };
}

/** @returns whether the change was killed */
async function changedAndKilled(custody: Custody, step: number, found: Set<string>): Promise<boolean> {
  const store = testStore(testFolder());
  const place = { store, config: join(store.folder, 'config') };
  mkdirSync(place.config, { mode: 0o700 });
  store.rootKey.set(await custody.prepare(place));
  const { keystore, secrets } = await filledStore(store, 2);
  await keystore.close();
  const body = `
    const config = folder + '/config';
    left = Infinity;
    ${custody.succession}
    const { createKeyTurnover } = await import(${url('../keys/key-turnover.ts')});
    left = ${step};
    await createKeyTurnover(keystore, (name, facts, work) => work(), succession).changeRootKey();`;
  const killed = await killedBefore(step, { folder: store.folder, rootKeys: [store.rootKey] }, body);
  const first = await started(custody, place);
  await expectSecrets(first.keystore, secrets, `step ${step}`);
  await finishTurnover(first.keystore);
  await first.keystore.verify();
  await first.keystore.close();
  const isNew = !first.rootKey.equals(store.rootKey);
  found.add(isNew ? 'next' : 'present');
  // The next start finds what it needs under the present names alone.
  const again = await started(custody, place);
  expect(again.rootKey).toEqual(first.rootKey);
  await expectSecrets(again.keystore, secrets, `step ${step}, again`);
  await again.keystore.close();
  if (isNew) {
    expect(readdirSync(place.config).sort(), `step ${step}`).toEqual(custody.left);
    await expect(store.open()).rejects.toMatchObject({ code: 'config_invalid' });
  }
  return killed;
}

test.each(Object.entries(custodies))(
  'a change of %s that is killed before any of its steps ends at the next start',
  {
    timeout: 240_000,
  },
  async (_, custody) => {
    const found = new Set<string>();
    let steps = 0;
    for (let killed = true; killed; ) {
      const attempts = [steps + 1, steps + 2].map((step) => changedAndKilled(custody, step, found));
      const outcomes = await Promise.all(attempts);
      killed = outcomes.every(Boolean);
      steps += outcomes.filter(Boolean).length;
    }
    expect(steps).toBeGreaterThanOrEqual(18);
    expect([...found].sort()).toEqual(['next', 'present']);
  },
);
