import { createHash } from 'node:crypto';
import type { AuditLog } from '../audit/log.ts';
import type { Backups } from '../backups/backups.ts';
import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyVersion } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { RecordedChange } from '../log/recorded-change.ts';
import type { KeyChanged } from '../methods/keys.create.ts';
import type { KeyTurnover } from './key-turnover.ts';

export interface KeyDestructionOptions {
  readonly keystore: Keystore;
  readonly turnover: Pick<KeyTurnover, 'turnOver'>;
  readonly log: Pick<AuditLog, 'append'>;
  /** Which backups still hold what was destroyed; none unless told. */
  readonly backups?: Pick<Backups, 'holding'>;
  readonly recorded: RecordedChange;
  readonly changed: KeyChanged;
}

/**
 * Destruction that can be shown. The secret of a version has left the store before; here all that is left goes over to a new
 * key encryption key and the secret of the earlier one is erased, so that no copy of the store from before opens the version
 * any more. Then the files of the store are searched for its sealed forms, and a record of the log says what was done.
 */
export class KeyDestruction {
  readonly #options: KeyDestructionOptions;
  /** Sealed forms of what left the store while this process runs. */
  readonly #needles = new Map<string, readonly Buffer[]>();

  constructor(options: KeyDestructionOptions) {
    this.#options = options;
  }

  /** Remembers what must not be found any more, right before it leaves the store. */
  async remember(record: KeyRecord, versions: readonly KeyVersion[]): Promise<void> {
    for (const { version } of versions) {
      this.#needles.set(`${record.id}/${version}`, await this.#options.keystore.sealedForms(record.id, version));
    }
  }

  /**
   * Completes what was begun: versions without a certificate get one, all of them by one turnover and one search.
   *
   * @throws SidecarError `operation_failed` when something was found, or while somebody reads an earlier state of the store
   */
  async complete(records: readonly KeyRecord[]): Promise<void> {
    const erasedGeneration = (await this.#options.turnover.turnOver()) - 1;
    const found = await this.#search(records);
    for (const record of records) await this.#certify(record, erasedGeneration, found);
    if (found.size > 0)
      throw new SidecarError('operation_failed', `sealed forms of ${[...found].join(', ')} were found`);
  }

  /** Handles of versions of which something is still in the files of the store. */
  async #search(records: readonly KeyRecord[]): Promise<ReadonlySet<string>> {
    const handles = records.flatMap(handlesWithoutCertificate);
    const needles = handles.flatMap((handle) => (this.#needles.get(handle) ?? []).map((bytes) => ({ handle, bytes })));
    if (needles.length === 0) return new Set();
    const findings = await this.#options.keystore.scanFor(needles.map(({ bytes }) => bytes));
    return new Set(findings.map(({ needle }) => needles[needle]?.handle ?? ''));
  }

  async #certify(record: KeyRecord, generation: number, found: ReadonlySet<string>): Promise<void> {
    const { keystore, log, recorded, changed } = this.#options;
    const facts = { resource: record.id, details: { keyName: record.name } };
    await recorded('key.certify', facts, async () => {
      const certified = new Map<number, number>();
      for (const version of record.versions.filter(lacksCertificate)) {
        const isFound = found.has(handleOf(record, version));
        const index = await log.append(await this.#recordOf(record, version, generation, isFound));
        if (!isFound) certified.set(version.version, index);
      }
      changed(await keystore.revise(record.id, (before) => withCertificates(before, certified, generation)));
      for (const version of certified.keys()) this.#needles.delete(`${record.id}/${version}`);
    });
  }

  async #recordOf(record: KeyRecord, version: KeyVersion, generation: number, isFound: boolean) {
    const needles = this.#needles.get(handleOf(record, version)) ?? [];
    const [, secret] = needles;
    const { holding = [], continuing = [] } = (await this.#options.backups?.holding(version)) ?? {};
    return {
      phase: 'event',
      operation: 'key.destruction',
      outcome: isFound ? 'failed' : 'ok',
      resource: record.id,
      keyName: record.name,
      keyVersion: version.version,
      algorithm: version.algorithm.name,
      details: {
        erasedGeneration: generation,
        // After a crash nobody knows any more what to look for.
        isSearched: needles.length > 0,
        ...(needles.length > 0 && { isFound }),
        ...(secret !== undefined && { sealedSha256: createHash('sha256').update(secret).digest('base64url') }),
        ...(holding.length > 0 && { backups: holding.join(',') }),
        ...(continuing.length > 0 && { continuingBackups: continuing.join(',') }),
        ...(version.since !== undefined && { leftStoreAt: version.since }),
        ...(version.reason !== undefined && { reason: version.reason }),
      },
    } as const;
  }
}

function handleOf({ id }: KeyRecord, { version }: KeyVersion): string {
  return `${id}/${version}`;
}

function handlesWithoutCertificate(record: KeyRecord): string[] {
  return record.versions.filter(lacksCertificate).map((version) => handleOf(record, version));
}

/** Whether the secret of a version has left the store and nothing shows it yet. */
export function lacksCertificate({ state, destruction }: KeyVersion): boolean {
  return state === 'destroyed' && destruction === undefined;
}

function withCertificates(record: KeyRecord, certified: ReadonlyMap<number, number>, generation: number): KeyRecord {
  const [first, ...others] = record.versions.map((version) => {
    const index = certified.get(version.version);
    return index === undefined ? version : { ...version, destruction: { generation, index } };
  });
  return { ...record, versions: [first as KeyVersion, ...others] };
}
