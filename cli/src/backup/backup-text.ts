import type { Backup } from '@ferrohsm/sdk/node';
import type { ReadBackup } from '@ferrohsm/sidecar';
import { isoTime, pairs } from '../named-key.ts';

/** A backup that was written. */
export function backupText({ file, id, base, createdAt, sizeBytes, sha256, fingerprint, stateRoot }: Backup): string {
  return pairs([
    ['file', file],
    ['id', id],
    ...continuedRow(base),
    ['made', isoTime(createdAt)],
    ['bytes', String(sizeBytes)],
    ['sha256', sha256],
    ['recipient', fingerprint],
    ['state root', stateRoot],
  ]);
}

/** A backup that was read to its end. */
export function contentText({ header, continues }: ReadBackup): string {
  const { id, base, createdAt, software, log, counts, stateRoot, recipient } = header;
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const [, size = ''] = log.checkpoint.split('\n');
  return pairs([
    ['id', id],
    ...continuedRow(base?.id),
    ['files', String(continues.length + 1)],
    ['made', `${isoTime(createdAt)} by version ${software}`],
    ['log', `${log.origin}, ${size} records`],
    ['recipient', recipient.fingerprint],
    ['keys', String(counts.key ?? 0)],
    ['rows', String(rows)],
    ['state root', stateRoot],
    ['result', 'ok'],
  ]);
}

function continuedRow(base: string | undefined): [string, string][] {
  return base === undefined ? [] : [['continues', base]];
}
