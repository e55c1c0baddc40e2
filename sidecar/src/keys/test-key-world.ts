import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AuditEntry } from '../audit/log.ts';
import { createCryptoProvider } from '../crypto/crypto-provider.ts';
import { createSealing } from '../crypto/sealing.ts';
import type { KeyRecord } from '../generated/types.ts';
import { type Keystore, openKeystore } from '../keystore/keystore.ts';
import { testFolder } from '../keystore/test-store.ts';
import type { RecordedChange } from '../log/recorded-change.ts';
import { Secret } from '../secret.ts';
import { KeyDestruction } from './key-destruction.ts';
import { type KeyRetention, openKeyRetention } from './key-retention.ts';
import { createKeyTurnover } from './key-turnover.ts';
import { KeyUpkeep } from './key-upkeep.ts';
import { createKeyUsage, type KeyUsage } from './key-usage.ts';

/** A keystore with its upkeep, under a clock that the test sets. */
export interface KeyWorld {
  readonly keystore: Keystore;
  readonly retention: KeyRetention;
  readonly usage: KeyUsage;
  /** What was written into the log by itself. */
  readonly entries: readonly AuditEntry[];
  /** Operation and key of each change that was recorded. */
  readonly recorded: readonly string[];
  readonly changed: readonly KeyRecord[];
  readonly errors: readonly unknown[];
  readonly setTime: (nowMs: number) => void;
  tend(): Promise<void>;
  sweep(): Promise<void>;
  /** Sets the clock, and does what is due by then. */
  tendAt(nowMs: number): Promise<void>;
}

/** Closed at the end of the test. */
export async function keyWorld(startMs: number): Promise<KeyWorld> {
  const folder = testFolder();
  let nowMs = startMs;
  const now = () => nowMs;
  const setTime = (timeMs: number) => {
    nowMs = timeMs;
  };
  using rootKey = Secret.take(Buffer.alloc(32, 7));
  const places = { folder: join(folder, 'store'), generationFolder: join(folder, 'generations') };
  const keystore = await openKeystore({ ...places, rootKeys: [rootKey], sealing: createSealing(), now });
  const crypto = createCryptoProvider();
  onTestFinished(async () => {
    await keystore.close();
    await crypto.close();
  });
  const errors: unknown[] = [];
  const entries: AuditEntry[] = [];
  const recorded: string[] = [];
  const recordedChange: RecordedChange = async (operation, { details }, work) => {
    recorded.push(`${operation} ${details?.keyName ?? ''}`.trim());
    return await work();
  };
  const changed: KeyRecord[] = [];
  const turnover = createKeyTurnover(keystore, recordedChange);
  const destruction = new KeyDestruction({
    keystore,
    turnover,
    log: { append: async (entry) => entries.push(entry) - 1 },
    recorded: recordedChange,
    changed: (record) => changed.push(record),
  });
  const usage = createKeyUsage(keystore.usage, now);
  const retention = await openKeyRetention(keystore.documents);
  const upkeep = new KeyUpkeep({
    ...{ keystore, crypto, retention, destruction, turnover, usage, now },
    recorded: recordedChange,
    changed: (record) => changed.push(record),
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
    usage,
    entries,
    recorded,
    changed,
    errors,
    setTime,
    tend,
    tendAt,
    sweep: () => upkeep.sweep(),
  };
}
