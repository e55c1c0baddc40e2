import { createSealing } from '../crypto/sealing.ts';
import type { SidecarError } from '../errors.ts';
import type { SidecarOptions } from '../options.ts';
import type { Secret } from '../secret.ts';
import { openState } from '../state.ts';
import type { BackupHeader } from './backup-file.ts';
import type { RestoreConsent } from './restore-consent.ts';
import { consentRecords } from './restore-record.ts';

/** What the first records of the new log say. */
export interface Succession {
  readonly header: BackupHeader;
  /** Whether the log of before said what was destroyed. */
  readonly hasLog: boolean;
  readonly consent: RestoreConsent;
}

/** Begins the log of a restored store with keys of its own. */
export async function beginLog(
  places: Pick<SidecarOptions, 'stateFolder' | 'configFolder' | 'rootKey'>,
  rootKey: Secret,
  { header, hasLog, consent }: Succession,
): Promise<void> {
  const failure: { error?: SidecarError } = {};
  const hearers = {
    onStorageFailure: (error: SidecarError) => {
      failure.error = error;
    },
    now: Date.now,
  };
  const { log, keystore, close } = await openState({ ...places, sockets: [] }, [rootKey], createSealing(), hearers);
  try {
    const details = { ...successionOf(header), hasLog, ...(await keystore.mark()) };
    await log.append({ phase: 'event', operation: 'log.open', outcome: 'ok', details });
    for (const entry of consentRecords(header.id, consent)) await log.append(entry);
  } finally {
    await close();
  }
  if (failure.error !== undefined) throw failure.error;
}

/** Which log this one follows, by its last checkpoint before the backup (C2SP tlog-checkpoint). */
function successionOf({ id, createdAt, log }: BackupHeader) {
  const [origin = '', size, root = ''] = log.checkpoint.split('\n');
  return { backup: id, backupAt: createdAt, earlierOrigin: origin, earlierSize: Number(size), earlierRoot: root };
}
