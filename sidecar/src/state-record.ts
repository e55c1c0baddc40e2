import type { AuditLog, FoundRecord } from './audit/log.ts';
import { SidecarError } from './errors.ts';
import { methodTable } from './generated/methods.ts';
import type { AuditRecord, MethodName } from './generated/types.ts';
import type { Keystore } from './keystore/keystore.ts';
import { bookmark, readBackTo } from './log-bookmarks.ts';

/** Name of the record detail that holds the root of the keystore's tree. */
const stateRootDetail = 'stateRoot';

/** Records that are read at once on the way back. */
const pageRecords = 1000;

export interface Opening {
  /** Root of the keystore as it was found: this start may have added secrets of its own since. */
  readonly foundRoot: string;
  /** Written down when records of session keys may be missing behind a power cut. */
  readonly sessionKeyAudit: 'durable' | 'buffered';
}

/**
 * Compares the keystore with what the log says of it and records the start. A change that was under way when the
 * process died may have happened or not: its intent is closed as such and either root is accepted. Any other
 * difference means that store or log was replaced.
 *
 * @throws SidecarError `keystore_corrupt`, `audit_corrupt`
 */
export async function reconcile(log: AuditLog, keystore: Keystore, opening: Opening): Promise<void> {
  const { foundRoot, sessionKeyAudit } = opening;
  const { recordedRoot, openIntents } = await lastKnown(log);
  if (recordedRoot === undefined && (await keystore.count()) > 0) {
    throw new SidecarError('audit_corrupt', 'the log is empty, but the keystore holds keys');
  }
  if (
    recordedRoot !== undefined &&
    recordedRoot !== foundRoot &&
    !openIntents.some(({ record }) => mayHaveChanged(record))
  ) {
    throw new SidecarError('keystore_corrupt', 'the keystore is not the one that the log ends with');
  }
  // Each carries the root: this start may be cut off before its own record.
  const stateRoot = await keystore.root();
  // Whether anything happened is what the store says: an intent alone does not tell.
  const storeChanged = recordedRoot !== foundRoot;
  for (const intent of openIntents) await log.append(closing(intent, { [stateRootDetail]: stateRoot, storeChanged }));
  const details = {
    [stateRootDetail]: await keystore.root(),
    ...(sessionKeyAudit === 'buffered' && { sessionKeyAudit }),
  };
  await log.append({ phase: 'event', operation: 'sidecar.start', outcome: 'ok', details });
}

/** A release that was cut off has left the keystore as it was, unless it used an approval up. */
function mayHaveChanged({ operation, details }: AuditRecord): boolean {
  return methodTable[operation as MethodName]?.effect !== 'release' || details?.approval !== undefined;
}

/** Leaves the keystore's root at the end of the log, so that the next start finds it at once. */
export async function recordStop(log: AuditLog, keystore: Keystore): Promise<void> {
  const details = { [stateRootDetail]: await keystore.root() };
  await log.append({ phase: 'event', operation: 'sidecar.stop', outcome: 'ok', details });
}

interface LastKnown {
  readonly recordedRoot: string | undefined;
  /** Intents that no result closes, oldest first. */
  readonly openIntents: readonly FoundRecord[];
}

/** Reads back to the record of the last start or stop, or as far as a bookmark says: before that nothing was under way. */
async function lastKnown(log: AuditLog): Promise<LastKnown> {
  const closed = new Set<string>();
  const openIntents: FoundRecord[] = [];
  let recordedRoot: string | undefined;
  let end = log.minimumIndex;
  for await (const found of backwards(log)) {
    const { index, record } = found;
    if (index < end) break;
    const root = record.details?.[stateRootDetail];
    if (typeof root === 'string') recordedRoot ??= root;
    if (record.operation === bookmark) end = Math.max(end, readBackTo(record, index));
    else if (record.operation.startsWith('sidecar.')) break;
    if (record.id === undefined) continue;
    if (record.phase === 'result') closed.add(record.id);
    else if (record.phase === 'intent' && !closed.has(record.id)) openIntents.unshift(found);
  }
  return { recordedRoot, openIntents };
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
