import { FerroHsmError } from '../errors.ts';
import type { KeyRecord, KeyUsage, KeyVersion } from '../generated/types.ts';
import type { KeyCustody } from '../webcrypto/key-custody.ts';

/** Usages that WebCrypto gives to the public half of a pair. */
const publicUsages: ReadonlySet<KeyUsage> = new Set([
  'verify',
  'encrypt',
  'wrapKey',
  'encapsulateKey',
  'encapsulateBits',
]);

interface VersionKeys {
  readonly secretKey?: CryptoKey;
  readonly privateKey?: CryptoKey;
  readonly publicKey?: CryptoKey;
}

/**
 * The CryptoKeys of one version of a named key: a secret key, or a private key and its public half.
 *
 * @example const { secretKey } = await hsm.keys.get('vault/master');
 */
export class NamedKeyVersion {
  readonly versionNumber: number;
  readonly state: KeyVersion['state'];
  readonly #keys: VersionKeys;

  constructor({ version, state }: KeyVersion, keys: VersionKeys) {
    this.versionNumber = version;
    this.state = state;
    this.#keys = keys;
  }

  /** `secret` for one key, `private` for a pair. */
  get type(): KeyRecord['type'] {
    return this.#keys.secretKey === undefined ? 'private' : 'secret';
  }

  /** @throws TypeError when this is a pair */
  get secretKey(): CryptoKey {
    return this.#wanted('secretKey');
  }

  /** @throws TypeError when this is a secret key */
  get privateKey(): CryptoKey {
    return this.#wanted('privateKey');
  }

  /** @throws TypeError when this is a secret key */
  get publicKey(): CryptoKey {
    return this.#wanted('publicKey');
  }

  #wanted(member: keyof VersionKeys): CryptoKey {
    const key = this.#keys[member];
    if (key === undefined) throw new TypeError(`a ${this.type} key has no ${member}`);
    return key;
  }
}

/**
 * A named key as it was when its record was read. Its CryptoKeys are pinned to one version, here the newest active one
 * (the newest of all where none is active), and work across connections.
 */
export class NamedKey extends NamedKeyVersion {
  readonly record: KeyRecord;
  readonly #custody: KeyCustody;

  private constructor(custody: KeyCustody, record: KeyRecord, version: KeyVersion, keys: VersionKeys) {
    super(version, keys);
    this.#custody = custody;
    this.record = record;
  }

  static async open(custody: KeyCustody, record: KeyRecord): Promise<NamedKey> {
    const version = currentVersion(record);
    return new NamedKey(custody, record, version, await openKeys(custody, record, version));
  }

  get id(): string {
    return this.record.id;
  }

  get name(): string {
    return this.record.name;
  }

  /**
   * The CryptoKeys of another version.
   *
   * @throws FerroHsmError `not_found` for a version that the record does not have
   * @example const { publicKey } = await key.version(1);
   */
  async version(versionNumber: number): Promise<NamedKeyVersion> {
    const found = this.record.versions.find(({ version }) => version === versionNumber);
    if (found === undefined) throw new FerroHsmError('not_found', `${this.name} has no version ${versionNumber}`);
    return new NamedKeyVersion(found, await openKeys(this.#custody, this.record, found));
  }
}

function currentVersion({ versions }: KeyRecord): KeyVersion {
  const newestFirst = versions.toSorted((left, right) => right.version - left.version);
  return newestFirst.find(({ state }) => state === 'active') ?? (newestFirst[0] as KeyVersion);
}

async function openKeys(custody: KeyCustody, record: KeyRecord, version: KeyVersion): Promise<VersionKeys> {
  const { algorithm, publicKey } = version;
  const handle = `${record.id}/${version.version}`;
  const held = { handle, type: record.type, extractable: record.extractable, algorithm };
  if (record.type === 'secret') return { secretKey: await custody.adopt({ ...held, usages: record.usages }) };
  const [privateUsages, halfUsages] = splitUsages(record.usages);
  const privateKey = await custody.adopt({ ...held, usages: privateUsages });
  if (publicKey === undefined) return { privateKey };
  const half = { handle: `${handle}/public`, type: 'public', extractable: true, algorithm, publicKey } as const;
  return { privateKey, publicKey: await custody.adopt({ ...half, usages: halfUsages }) };
}

function splitUsages(usages: readonly KeyUsage[]): [privateUsages: KeyUsage[], publicUsages: KeyUsage[]] {
  return [usages.filter((usage) => !publicUsages.has(usage)), usages.filter((usage) => publicUsages.has(usage))];
}
