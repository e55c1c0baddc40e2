import { FerroHsmError } from '../errors.ts';
import type { KeyRecord, KeyUsage, KeyVersion } from '../generated/types.ts';
import type { KeyCustody } from '../webcrypto/key-custody.ts';

/** The CryptoKeys of one version of a named key: a secret key, or a private key and its public half. */
export interface NamedKeyVersion {
  readonly versionNumber: number;
  readonly state: KeyVersion['state'];
  readonly secretKey?: CryptoKey;
  readonly privateKey?: CryptoKey;
  readonly publicKey?: CryptoKey;
}

/** Usages that WebCrypto gives to the public half of a pair. */
const publicUsages: ReadonlySet<KeyUsage> = new Set([
  'verify',
  'encrypt',
  'wrapKey',
  'encapsulateKey',
  'encapsulateBits',
]);

/**
 * A named key as it was when its record was read. Its CryptoKeys are pinned to one version, here the newest active one
 * (the newest of all where none is active), and work across connections.
 */
export class NamedKey implements NamedKeyVersion {
  readonly record: KeyRecord;
  readonly versionNumber: number;
  readonly state: KeyVersion['state'];
  readonly secretKey?: CryptoKey;
  readonly privateKey?: CryptoKey;
  readonly publicKey?: CryptoKey;
  readonly #custody: KeyCustody;

  private constructor(custody: KeyCustody, record: KeyRecord, keys: NamedKeyVersion) {
    this.#custody = custody;
    this.record = record;
    this.versionNumber = keys.versionNumber;
    this.state = keys.state;
    if (keys.secretKey !== undefined) this.secretKey = keys.secretKey;
    if (keys.privateKey !== undefined) this.privateKey = keys.privateKey;
    if (keys.publicKey !== undefined) this.publicKey = keys.publicKey;
  }

  static async open(custody: KeyCustody, record: KeyRecord): Promise<NamedKey> {
    return new NamedKey(custody, record, await openVersion(custody, record, currentVersion(record)));
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
   */
  async version(versionNumber: number): Promise<NamedKeyVersion> {
    const found = this.record.versions.find(({ version }) => version === versionNumber);
    if (found === undefined) throw new FerroHsmError('not_found', `${this.name} has no version ${versionNumber}`);
    return openVersion(this.#custody, this.record, found);
  }
}

function currentVersion({ versions }: KeyRecord): KeyVersion {
  const newestFirst = versions.toSorted((left, right) => right.version - left.version);
  return newestFirst.find(({ state }) => state === 'active') ?? (newestFirst[0] as KeyVersion);
}

async function openVersion(custody: KeyCustody, record: KeyRecord, version: KeyVersion): Promise<NamedKeyVersion> {
  const { algorithm, publicKey } = version;
  const handle = `${record.id}/${version.version}`;
  const held = { handle, type: record.type, extractable: record.extractable, algorithm };
  const common = { versionNumber: version.version, state: version.state };
  if (record.type === 'secret') {
    return { ...common, secretKey: await custody.adopt({ ...held, usages: record.usages }) };
  }
  const [privateUsages, halfUsages] = splitUsages(record.usages);
  const privateKey = await custody.adopt({ ...held, usages: privateUsages });
  if (publicKey === undefined) return { ...common, privateKey };
  const half = { handle: `${handle}/public`, type: 'public', extractable: true, algorithm, publicKey } as const;
  return { ...common, privateKey, publicKey: await custody.adopt({ ...half, usages: halfUsages }) };
}

function splitUsages(usages: readonly KeyUsage[]): [privateUsages: KeyUsage[], publicUsages: KeyUsage[]] {
  return [usages.filter((usage) => !publicUsages.has(usage)), usages.filter((usage) => publicUsages.has(usage))];
}
