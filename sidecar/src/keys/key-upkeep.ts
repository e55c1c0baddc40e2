import type { KeyRecord, KeyVersion } from '../generated/types.ts';
import type { DueKey } from '../keystore/contract.ts';
import { corruption } from '../keystore/corruption.ts';
import { endVersions, type KeyMove, type MoveOptions, moveVersions } from '../keystore/key-moves.ts';
import { stateAt } from '../keystore/key-state.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { type Backoff, createBackoff } from '../lifecycle/backoff.ts';
import type { RecordedChange } from '../log/recorded-change.ts';
import type { KeyChanged } from '../methods/keys.create.ts';
import { inPages } from './in-pages.ts';
import { type KeyDestruction, lacksCertificate } from './key-destruction.ts';
import type { KeyRetention } from './key-retention.ts';
import type { KeyRotation } from './key-rotation.ts';
import type { KeyTurnover } from './key-turnover.ts';
import type { KeyUsage } from './key-usage.ts';
import { type ListedKey, listedKeys } from './listed-keys.ts';
import type { RotationWatch } from './rotation-watch.ts';

export interface KeyUpkeepOptions {
  readonly keystore: Keystore;
  readonly recorded: RecordedChange;
  readonly destruction: KeyDestruction;
  readonly turnover: Pick<KeyTurnover, 'resume'>;
  readonly usage: Pick<KeyUsage, 'flush' | 'takeDue'>;
  readonly rotation: Pick<KeyRotation, 'rotateIfDue'>;
  readonly rotationWatch: Pick<RotationWatch, 'due'>;
  readonly retention: Pick<KeyRetention, 'keeping' | 'list' | 'selfDestruction'>;
  readonly changed: KeyChanged;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
  /** Hears of what could not be done to a key; it is tried again in the next round. */
  readonly onError: (error: unknown, where: string) => void;
}

/** What cannot be done to a key is tried again after so long, then later and later. */
const [firstRetryMs, lastRetryMs] = [1000, 3_600_000];

/** A version that is kept although its window is over is looked at again so soon. */
const longestPostponementMs = 86_400_000;

/** Keys that are looked at before others have their turn. */
const keysPerTurn = 16;

/** What becomes due in the life of keys: ends, destructions, rotations. Each is recorded as an operation of its own. */
export class KeyUpkeep {
  readonly #options: KeyUpkeepOptions;
  readonly #backoff: Backoff;
  #isStopped = false;

  constructor(options: KeyUpkeepOptions) {
    this.#options = options;
    this.#backoff = createBackoff({ firstMs: firstRetryMs, mostMs: lastRetryMs, now: options.now });
  }

  /** Lets a round that is under way end at its next key. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Does everything that is due by now. */
  async tend(): Promise<void> {
    const { keystore, usage, turnover, now } = this.#options;
    await this.#attempt('the keystore', () => turnover.resume());
    for (const id of usage.takeDue()) await this.#rotate(id);
    const destroyed: KeyRecord[] = [];
    const timeMs = now();
    const page = (after: DueKey | undefined) => keystore.due(timeMs, keysPerTurn, after);
    for await (const { id } of inPages(keysPerTurn, page)) {
      if (this.#isStopped) return;
      await this.#attempt(id, async () => this.#tendKey(await this.#due(id)));
      const left = await this.#readable(id);
      if (left?.versions.some(lacksCertificate)) destroyed.push(left);
    }
    if (destroyed.length > 0) await this.#attempt('destructions', () => this.#options.destruction.complete(destroyed));
  }

  /** Rotates what the policies ask for. */
  async rotate(): Promise<void> {
    for await (const id of this.#options.rotationWatch.due(() => this.#isStopped)) {
      if (this.#isStopped) return;
      await this.#rotate(id);
    }
  }

  /** Schedules the destruction of what nothing keeps any more, where the classes of a key say so. */
  async sweep(): Promise<void> {
    const { keystore, retention } = this.#options;
    if (!retention.list().some(({ destroys }) => destroys)) return;
    const page = (after: ListedKey | undefined) =>
      listedKeys(keystore, { limit: keysPerTurn, ...(after !== undefined && { after: after.name }) });
    for await (const { name, record } of inPages(keysPerTurn, page)) {
      if (this.#isStopped) return;
      await this.#attempt(record?.id ?? name, async () => this.#sweepKey(record ?? (await keystore.get(name))));
    }
  }

  /** What cannot be done to one key holds up no other one, and is tried again later and later. */
  async #attempt(subject: string, work: () => Promise<void>): Promise<void> {
    if (this.#isStopped || !this.#backoff.mayTry(subject)) return;
    try {
      await work();
      this.#backoff.succeeded(subject);
    } catch (error) {
      this.#backoff.failed(subject);
      if (!this.#isStopped) this.#options.onError(error, `upkeep of ${subject}`);
    }
  }

  async #due(id: string): Promise<KeyRecord> {
    const record = await this.#options.keystore.get(id);
    if (record === undefined) throw corruption('a due key is missing');
    return record;
  }

  /** Undefined for what does not verify: whoever tried to tend it has told so. */
  async #readable(id: string): Promise<KeyRecord | undefined> {
    return await this.#options.keystore.get(id).catch(() => undefined);
  }

  async #tendKey(found: KeyRecord): Promise<void> {
    const nowMs = this.#options.now();
    const record = found.versions.some((version) => hasEnded(found, version, nowMs)) ? await this.#end(found) : found;
    if (this.#erasable(record, nowMs).length > 0) await this.#erase(record);
    if (this.#kept(record, nowMs).length > 0) await this.#postpone(record);
    await this.#options.rotation.rotateIfDue(record.id);
  }

  #end(record: KeyRecord): Promise<KeyRecord> {
    return this.#change('key.expire', record, () => this.#options.keystore.revise(record.id, endVersions));
  }

  /** A window is over, but somebody has said meanwhile that the version is to be kept. */
  #kept(record: KeyRecord, nowMs: number): readonly KeyVersion[] {
    return record.versions.filter(
      (version) => isToBeErased(version, nowMs) && !this.#isKeptNoMore(record, version, nowMs),
    );
  }

  /** Until it is kept no more; a day at most, because what keeps it may change. */
  async #postpone(record: KeyRecord): Promise<void> {
    const { keystore, retention } = this.#options;
    await this.#change('key.postpone', record, () =>
      keystore.revise(record.id, (before, nowMs) => {
        const kept = new Set(this.#kept(before, nowMs));
        const until = (version: KeyVersion) =>
          Math.min(nowMs + longestPostponementMs, retention.keeping(before, version)?.untilMs ?? nowMs);
        const [first, ...others] = before.versions.map((version) =>
          kept.has(version) ? { ...version, destroyAt: until(version) } : version,
        );
        return { ...before, versions: [first as KeyVersion, ...others] };
      }),
    );
  }

  async #erase(record: KeyRecord): Promise<void> {
    const { keystore, destruction, now } = this.#options;
    await this.#change('key.erase', record, async () => {
      await destruction.remember(record, this.#erasable(record, now()));
      return keystore.revise(record.id, (before, nowMs) =>
        moveEach(before, this.#erasable(before, nowMs), 'erase', { nowMs }),
      );
    });
  }

  /** A hold that came after the destruction was scheduled counts until the last moment. */
  #erasable(record: KeyRecord, nowMs: number): readonly KeyVersion[] {
    return record.versions.filter(
      (version) => isToBeErased(version, nowMs) && this.#isKeptNoMore(record, version, nowMs),
    );
  }

  async #sweepKey(record: KeyRecord | undefined): Promise<void> {
    const { keystore, retention, now } = this.#options;
    if (record === undefined) return;
    const schedule = retention.selfDestruction(record);
    // The older versions of a key that is in use still read what they protected.
    const isOver = (each: KeyRecord, nowMs: number) =>
      each.versions.some((version) => isInUse(version))
        ? []
        : each.versions.filter((version) => hasEndedUse(version) && this.#isKeptNoMore(each, version, nowMs));
    if (schedule === undefined || isOver(record, now()).length === 0) return;
    await this.#change('key.retire', record, () =>
      keystore.revise(record.id, (before, nowMs) => {
        const options = { nowMs, destroyAt: nowMs + schedule.graceMs, reason: 'retention is over' };
        return moveEach(before, isOver(before, nowMs), 'destroy', options);
      }),
    );
  }

  #isKeptNoMore(record: KeyRecord, version: KeyVersion, nowMs: number): boolean {
    return (this.#options.retention.keeping(record, version)?.untilMs ?? 0) <= nowMs;
  }

  #rotate(id: string): Promise<void> {
    return this.#attempt(id, () => this.#options.rotation.rotateIfDue(id));
  }

  async #change(operation: string, { id, name }: KeyRecord, work: () => Promise<KeyRecord>): Promise<KeyRecord> {
    const { recorded, changed } = this.#options;
    return await recorded(operation, { resource: id, details: { keyName: name } }, async () => {
      const record = await work();
      changed(record);
      return record;
    });
  }
}

function moveEach(record: KeyRecord, versions: readonly KeyVersion[], move: KeyMove, options: MoveOptions): KeyRecord {
  return versions.reduce((moved, { version }) => moveVersions(moved, move, { ...options, version }), record);
}

function isInUse({ state }: KeyVersion): boolean {
  return state === 'active' || state === 'suspended' || state === 'pre-activation';
}

function hasEndedUse({ state }: KeyVersion): boolean {
  return state === 'deactivated' || state === 'compromised';
}

function hasEnded(record: KeyRecord, version: KeyVersion, nowMs: number): boolean {
  return stateAt(record, version, nowMs) !== version.state;
}

function isToBeErased({ state, destroyAt = 0 }: KeyVersion, nowMs: number): boolean {
  return state === 'pending-destruction' && destroyAt <= nowMs;
}
