import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AuditEntry } from '../audit/log.ts';
import { createCryptoProvider } from '../crypto/crypto-provider.ts';
import { createSealing } from '../crypto/sealing.ts';
import { SidecarError } from '../errors.ts';
import type { KeyRecord } from '../generated/types.ts';
import { type Keystore, openKeystore } from '../keystore/keystore.ts';
import { MemoryMedium, openMemoryKeystore } from '../keystore/memory-keystore.ts';
import type { StoreOptions } from '../keystore/open-store.ts';
import { testFolder } from '../keystore/test-store.ts';
import type { RecordedChange } from '../log/recorded-change.ts';
import { type RootKeySuccession, unprepared } from '../root-key/provider.ts';
import { Secret } from '../secret.ts';
import { KeyDestruction } from './key-destruction.ts';
import { type KeyRetention, openKeyRetention } from './key-retention.ts';
import { KeyRotation } from './key-rotation.ts';
import { createKeyTurnover } from './key-turnover.ts';
import { KeyUpkeep } from './key-upkeep.ts';
import { createKeyUsage, type KeyUsage } from './key-usage.ts';
import { openRotationPolicies, type RotationPolicies } from './rotation-policies.ts';
import { RotationWatch } from './rotation-watch.ts';

/** A root key that nobody prepares a successor for. */
export const neverPrepared: RootKeySuccession = {
  async prepare(): Promise<Secret> {
    throw unprepared('nobody does here');
  },
  commit: () => '',
};

/** A keystore with its upkeep, under a clock that the test sets. */
export interface KeyWorld {
  readonly keystore: Keystore;
  readonly retention: KeyRetention;
  readonly policies: RotationPolicies;
  readonly usage: KeyUsage;
  /** What was written into the log by itself. */
  readonly entries: readonly AuditEntry[];
  /** Operation and key of each change that was recorded. */
  readonly recorded: readonly string[];
  /** Operation, key and error of each that was recorded as failed. */
  readonly failed: readonly string[];
  readonly changed: readonly KeyRecord[];
  readonly errors: readonly unknown[];
  readonly setTime: (nowMs: number) => void;
  /** Tells of a key that the test made or changed itself. */
  readonly told: (record: KeyRecord) => void;
  /** Counts the calls of a method of the keystore from now on. */
  counted(method: 'list'): () => number;
  tend(): Promise<void>;
  sweep(): Promise<void>;
  /** Ids of keys that the policies ask for a next version of; who takes them rotates nothing. */
  due(): AsyncGenerator<string, void>;
  /** Rotates what the policies ask for. */
  rotate(): Promise<void>;
  /** Begins nothing any more. */
  stop(): void;
  /** Sets the clock, and does what is due by then. */
  tendAt(nowMs: number): Promise<void>;
}

type OpenStore = (options: StoreOptions) => Promise<Keystore>;

/** A store in files, as a sidecar has it. */
const inFiles: OpenStore = (options) => {
  const folder = testFolder();
  const places = { folder: join(folder, 'store'), generationFolder: join(folder, 'generations') };
  return openKeystore({ ...places, ...options });
};

/** The same in memory, where no disk is waited for. */
export const inMemory: OpenStore = (options) => openMemoryKeystore(new MemoryMedium(), options);

/** Closed at the end of the test. */
export async function keyWorld(startMs: number, openStore = inFiles): Promise<KeyWorld> {
  let nowMs = startMs;
  const now = () => nowMs;
  const setTime = (timeMs: number) => {
    nowMs = timeMs;
  };
  using rootKey = Secret.take(Buffer.alloc(32, 7));
  const keystore = await openStore({ rootKeys: [rootKey], sealing: createSealing(), now });
  const crypto = createCryptoProvider();
  onTestFinished(async () => {
    await keystore.close();
    await crypto.close();
  });
  const errors: unknown[] = [];
  const entries: AuditEntry[] = [];
  const recorded: string[] = [];
  const failed: string[] = [];
  const recordedChange: RecordedChange = async (operation, { details }, work) => {
    const change = `${operation} ${details?.keyName ?? ''}`.trim();
    recorded.push(change);
    try {
      return await work();
    } catch (error) {
      failed.push(`${change} ${error instanceof SidecarError ? error.code : error}`);
      throw error;
    }
  };
  const changed: KeyRecord[] = [];
  const keyChanged = (record: KeyRecord) => {
    changed.push(record);
    rotationWatch.changed(record);
  };
  const turnover = createKeyTurnover(keystore, recordedChange, neverPrepared);
  const destruction = new KeyDestruction({
    keystore,
    turnover,
    log: { append: async (entry) => entries.push(entry) - 1 },
    recorded: recordedChange,
    changed: keyChanged,
  });
  const usage = createKeyUsage(keystore.usage, now);
  const retention = await openKeyRetention(keystore.documents);
  const policies = await openRotationPolicies(keystore.documents);
  const shared = { keystore, crypto, policies, usage, recorded: recordedChange, changed: keyChanged, now };
  const rotation = new KeyRotation(shared);
  const rotationWatch = new RotationWatch({ ...shared, rotation, capacity: 8 });
  const upkeep = new KeyUpkeep({
    ...{ ...shared, retention, destruction, turnover, rotation, rotationWatch },
    onError: (error) => errors.push(error),
  });
  const tend = () => upkeep.tend();
  const tendAt = (timeMs: number) => {
    setTime(timeMs);
    return tend();
  };
  return {
    keystore,
    retention,
    policies,
    usage,
    entries,
    recorded,
    failed,
    changed,
    errors,
    setTime,
    told: keyChanged,
    counted: (method) => countedCalls(keystore, method),
    tend,
    tendAt,
    sweep: () => upkeep.sweep(),
    due: () => rotationWatch.due(),
    rotate: () => upkeep.rotate(),
    stop: () => upkeep.stop(),
  };
}

function countedCalls(keystore: Keystore, method: 'list'): () => number {
  let calls = 0;
  const plain = keystore[method].bind(keystore);
  keystore[method] = (query) => {
    calls += 1;
    return plain(query);
  };
  return () => calls;
}
