import type { AuditLog, FoundRecord } from '../audit/log.ts';
import { SidecarError } from '../errors.ts';
import { methodTable } from '../generated/methods.ts';
import type { AuditRecord, MethodName } from '../generated/types.ts';
import type { Keystore, StateMark } from '../keystore/keystore.ts';
import type { ConfigurationMark } from '../options.ts';
import { bookmark, markIn, readBackTo } from './log-bookmarks.ts';

/** Records that are read at once on the way back. */
const pageRecords = 1000;

export interface Opening {
  /** The keystore as it was found: this start may have added secrets of its own since. */
  readonly found: StateMark;
  /** Written down when records of session keys may be missing behind a power cut. */
  readonly sessionKeyAudit: 'durable' | 'buffered';
  /** Written down when others may look into the process. */
  readonly allowDebugging?: boolean;
  readonly configuration?: ConfigurationMark | undefined;
}

/** Names of the only secrets that are made before the log's first record. */
const secretsOfLog = 'log/';

/**
 * Compares the keystore with what the log says of it and records the start. A change that was under way when the
 * process died may have happened or not: its intent is closed as such, and the recorded state is accepted or a later one.
 * Any other difference means that store or log was replaced.
 *
 * @throws SidecarError `keystore_corrupt`, `audit_corrupt`
 */
export async function reconcile(log: AuditLog, keystore: Keystore, opening: Opening): Promise<void> {
  const { found, sessionKeyAudit, allowDebugging = false, configuration } = opening;
  const { recorded, recordedAt, openIntents } = await lastKnown(log);
  if (recorded === undefined && !(await keystore.holdsOnly(secretsOfLog))) {
    throw new SidecarError('audit_corrupt', 'the log is empty, but the keystore is not new');
  }
  const storeChanged = recorded !== undefined && recorded.stateRoot !== found.stateRoot;
  if (storeChanged && !mayFollow(found, recorded, openIntents)) {
    throw new SidecarError('keystore_corrupt', 'the keystore is not the one that the log ends with');
  }
  // Each carries the state: this start may be cut off before its own record. Whether anything happened is what the store
  // says: an intent alone does not tell. Nor does a store in a state that was recorded after the intent, for that state may
  // have had the change in it.
  const mark = await keystore.mark();
  for (const intent of openIntents) {
    const isTold = storeChanged || intent.index > recordedAt;
    await log.append(closing(intent, { ...mark, ...(isTold && { storeChanged }) }));
  }
  const details = {
    ...mark,
    ...(sessionKeyAudit === 'buffered' && { sessionKeyAudit }),
    ...(allowDebugging && { allowDebugging }),
    ...detailsOf(configuration),
  };
  await log.append({ phase: 'event', operation: 'sidecar.start', outcome: 'ok', details });
}

/** Only something that was under way may have changed the store, and never back: an older copy of it has a smaller counter. */
function mayFollow(found: StateMark, recorded: StateMark, openIntents: readonly FoundRecord[]): boolean {
  return found.stateCounter > recorded.stateCounter && openIntents.some(({ record }) => mayHaveChanged(record));
}

/** A release that was cut off has left the keystore as it was, unless it used an approval up. */
function mayHaveChanged({ operation, details }: AuditRecord): boolean {
  return methodTable[operation as MethodName]?.effect !== 'release' || details?.approval !== undefined;
}

/** Says which configuration file is in force from now on. */
export async function recordConfiguration(log: AuditLog, configuration: ConfigurationMark | undefined): Promise<void> {
  await log.append({ phase: 'event', operation: 'config.reload', outcome: 'ok', details: detailsOf(configuration) });
}

function detailsOf(configuration: ConfigurationMark | undefined) {
  if (configuration === undefined) return {};
  return { configSha256: configuration.sha256, ...(configuration.isSigned && { configSigned: true }) };
}

/** Leaves the keystore's root at the end of the log, so that the next start finds it at once. */
export async function recordStop(log: AuditLog, keystore: Keystore): Promise<void> {
  const details = { ...(await keystore.mark()) };
  await log.append({ phase: 'event', operation: 'sidecar.stop', outcome: 'ok', details });
}

interface LastKnown {
  readonly recorded: StateMark | undefined;
  /** Index of the record that says so. */
  readonly recordedAt: number;
  /** Intents that no result closes, oldest first. */
  readonly openIntents: readonly FoundRecord[];
}

/** Reads back to the record of the last start or stop, or as far as a bookmark says: before that nothing was under way. */
async function lastKnown(log: AuditLog): Promise<LastKnown> {
  const closed = new Set<string>();
  const openIntents: FoundRecord[] = [];
  let recorded: StateMark | undefined;
  let recordedAt = log.size;
  let end = log.minimumIndex;
  for await (const found of backwards(log)) {
    const { index, record } = found;
    if (index < end) break;
    if (recorded === undefined) {
      recorded = markIn(record.details);
      recordedAt = index;
    }
    if (record.operation === bookmark) end = Math.max(end, readBackTo(record, index));
    else if (record.operation.startsWith('sidecar.')) break;
    if (record.id === undefined) continue;
    if (record.phase === 'result') closed.add(record.id);
    else if (record.phase === 'intent' && !closed.has(record.id)) openIntents.unshift(found);
  }
  return { recorded, recordedAt, openIntents };
}

async function* backwards(log: AuditLog): AsyncGenerator<FoundRecord> {
  for (let end = log.size; end > log.minimumIndex; ) {
    const start = Math.max(log.minimumIndex, end - pageRecords);
    const page = await log.records(start, end - start);
    yield* page.toReversed();
    end = start;
  }
}

function closing({ record, personal }: FoundRecord, details: NonNullable<AuditRecord['details']>) {
  const { operation, id = '', resource } = record;
  return {
    phase: 'result',
    operation,
    id,
    outcome: 'failed',
    error: 'outcome_unknown',
    details,
    ...(personal !== undefined && { personal }),
    ...(resource !== undefined && { resource }),
  } as const;
}
