import type { Backup } from '@ferrohsm/sdk/node';
import type { ReadBackup } from '@ferrohsm/sidecar';
import { isoTime, pairs } from '../named-key.ts';

/** A backup that was written. */
export function backupText({ file, id, createdAt, sizeBytes, sha256, fingerprint, stateRoot }: Backup): string {
  return pairs([
    ['file', file],
    ['id', id],
    ['made', isoTime(createdAt)],
    ['bytes', String(sizeBytes)],
    ['sha256', sha256],
    ['recipient', fingerprint],
    ['state root', stateRoot],
  ]);
}

/** A backup that was read to its end. */
export function contentText({ header, manifest }: ReadBackup): string {
  const { id, createdAt, software, log, recipient } = header;
  const [, size = ''] = log.checkpoint.split('\n');
  return pairs([
    ['id', id],
    ['made', `${isoTime(createdAt)} by version ${software}`],
    ['log', `${log.origin}, ${size} records`],
    ['recipient', recipient.fingerprint],
    ['keys', String(manifest.counts.key ?? 0)],
    ['rows', String(manifest.rows)],
    ['state root', manifest.stateRoot],
    ['result', 'ok'],
  ]);
}
