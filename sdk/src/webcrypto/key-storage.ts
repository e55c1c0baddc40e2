import { getRecord, listRecords } from '../client/key-records.ts';
import { NamedKey } from '../client/named-key.ts';
import { FerroHsmError } from '../errors.ts';
import type { KeyRecord, KeyUsage } from '../generated/types.ts';
import { algorithmIdentifier } from './algorithm-name.ts';
import { keyUsages } from './arguments.ts';
import { cryptoKey } from './crypto-key.ts';
import { toDomError } from './dom-error.ts';
import { toWireAlgorithm } from './key-algorithm.ts';
import type { KeyCustody } from './key-custody.ts';
import { normalizeAlgorithm } from './normalization.ts';
import { refuseExtractable } from './persistent-name.ts';
import type { KeyImportParams } from './subtle-crypto-types.ts';
import { domString } from './web-idl.ts';

const publicSuffix = '#public';

/**
 * The named keys behind the method names of node-webcrypto-p11's `keyStorage`. The index of a secret or private key is
 * its name, that of the public half of a pair is `name#public`. An index names a key, not a version of it. Every
 * method rejects with a DOMException or TypeError whose `cause` is a FerroHsmError.
 *
 * @example const privateKey = await hsm.crypto.keyStorage.getItem('tokens/signing');
 * const publicKey = await hsm.crypto.keyStorage.getItem('tokens/signing#public');
 */
export class KeyStorage {
  readonly #custody: KeyCustody;

  /** @internal */
  constructor(custody: KeyCustody) {
    this.#custody = custody;
  }

  /**
   * The names of the keys that the caller may see, in their order.
   *
   * @example if (!(await keyStorage.keys()).includes('tokens/signing')) await createSigningKey();
   */
  async keys(): Promise<string[]> {
    return onWebCryptoFace(async () => {
      const names: string[] = [];
      for await (const { name } of listRecords(this.#custody.rpc)) names.push(name);
      return names;
    });
  }

  /**
   * The index of a named key or its public half; null for any other key, and for one that the caller may not see.
   *
   * @example const index = await keyStorage.indexOf(privateKey); // 'tokens/signing'
   */
  async indexOf(key: CryptoKey): Promise<string | null> {
    return onWebCryptoFace(() => findIndex(this.#custody, cryptoKey(key, 'argument 1 of indexOf')));
  }

  /**
   * The index of a key that has a name already. A session key cannot be made persistent afterwards: name it when it is
   * generated.
   *
   * @throws DOMException NotSupportedError for a key without a name
   * @example const index = await keyStorage.setItem(privateKey);
   */
  async setItem(key: CryptoKey): Promise<string> {
    return onWebCryptoFace(async () => {
      const index = await findIndex(this.#custody, cryptoKey(key, 'argument 1 of setItem'));
      if (index !== null) return index;
      throw new FerroHsmError(
        'not_supported',
        'a session key cannot be made persistent afterwards: generate it with { ferro: { name } }',
      );
    });
  }

  /**
   * Opens a key in its newest active version. The sidecar knows algorithm and usages, so that none need be given; what
   * is given must agree, and usages narrow what the key is good for.
   *
   * @param algorithm as for `importKey`
   * @param extractable true is refused for a secret or private key; a public key is extractable whatever is asked
   * @throws DOMException NotFoundError, also for a key that the caller may not see; InvalidAccessError where algorithm
   *   or usages do not agree; NotAllowedError for an extractable secret or private key
   * @example const key = await keyStorage.getItem('tokens/signing', 'Ed25519', false, ['sign']);
   */
  async getItem(
    index: string,
    algorithm?: KeyImportParams,
    extractable = false,
    usages?: readonly KeyUsage[],
  ): Promise<CryptoKey> {
    return onWebCryptoFace(async () => {
      const wanted = usages === undefined ? undefined : keyUsages(usages, 'argument 4 of getItem');
      const expected = algorithm === undefined ? undefined : expectedAlgorithm(algorithm);
      const key = await openItem(this.#custody, domString(index, 'argument 1 of getItem'), wanted);
      requireAgreement(key, expected, wanted);
      if (extractable && !key.extractable) refuseExtractable();
      return key;
    });
  }

  /**
   * Whether a key has a name and the caller may see it.
   *
   * @example if (!(await keyStorage.hasItem(privateKey))) console.warn('the key dies with the connection');
   */
  async hasItem(key: CryptoKey): Promise<boolean> {
    return onWebCryptoFace(
      async () => (await findIndex(this.#custody, cryptoKey(key, 'argument 1 of hasItem'))) !== null,
    );
  }

  /**
   * Always refused: the sidecar does not destroy keys.
   *
   * @throws DOMException NotSupportedError
   * @example await keyStorage.removeItem('tokens/signing').catch(({ message }) => console.warn(message));
   */
  async removeItem(_index: string): Promise<void> {
    return onWebCryptoFace(refuseDestruction);
  }

  /**
   * Always refused: the sidecar does not destroy keys.
   *
   * @throws DOMException NotSupportedError
   * @example await keyStorage.clear().catch(({ message }) => console.warn(message));
   */
  async clear(): Promise<void> {
    return onWebCryptoFace(refuseDestruction);
  }
}

async function onWebCryptoFace<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toDomError(error);
  }
}

async function refuseDestruction(): Promise<never> {
  throw new FerroHsmError('not_supported', 'the sidecar does not destroy keys');
}

async function findIndex(custody: KeyCustody, key: CryptoKey): Promise<string | null> {
  const id = custody.namedHandle(key)?.split('/')[0];
  if (id === undefined) return null;
  try {
    const { name } = await getRecord(custody.rpc, id);
    return key.type === 'public' ? `${name}${publicSuffix}` : name;
  } catch (error) {
    if (error instanceof FerroHsmError && error.code === 'not_found') return null;
    throw error;
  }
}

async function openItem(custody: KeyCustody, index: string, wanted: KeyUsage[] | undefined): Promise<CryptoKey> {
  const isPublic = index.endsWith(publicSuffix);
  const name = isPublic ? index.slice(0, -publicSuffix.length) : index;
  const record = await getRecord(custody.rpc, name);
  if (isPublic && record.type === 'secret') throw new FerroHsmError('not_found', `${name} has no public half`);
  const named = await NamedKey.open(custody, narrow(record, wanted));
  if (isPublic) return named.publicKey;
  return named.type === 'secret' ? named.secretKey : named.privateKey;
}

function narrow(record: KeyRecord, wanted: KeyUsage[] | undefined): KeyRecord {
  if (wanted === undefined) return record;
  return { ...record, usages: record.usages.filter((usage) => wanted.includes(usage)) };
}

type ExpectedAlgorithm = ReturnType<typeof normalizeAlgorithm>;

function expectedAlgorithm(algorithm: KeyImportParams): ExpectedAlgorithm {
  return normalizeAlgorithm('importKey', algorithmIdentifier(algorithm, 'argument 2 of getItem'));
}

function requireAgreement(key: CryptoKey, expected: ExpectedAlgorithm | undefined, wanted: KeyUsage[] = []): void {
  const stored: Readonly<Record<string, unknown>> = { ...toWireAlgorithm(key.algorithm) };
  for (const [member, value] of Object.entries(expected ?? {})) {
    if (stored[member] === value) continue;
    throw new FerroHsmError('access_invalid', `the algorithm's ${member} is ${stored[member]}, not ${value}`);
  }
  const usages: ReadonlySet<string> = new Set(key.usages);
  const missing = wanted.find((usage) => !usages.has(usage));
  if (missing !== undefined) throw new FerroHsmError('access_invalid', `the key has no usage ${missing}`);
}
