import { type LogSigner, type LogSigners, verifierKeys } from './checkpoint.ts';
import type { LoggedRecord } from './logged-record.ts';
import type { AuditEntry } from './record-encoding.ts';

/** Name of the record that names the log's next keys. */
export const keyRotation = 'log.rotateKeys';

/**
 * The record of a change of the log's keys, signed by the old and the new ones: whoever pinned the old keys follows it to
 * the new ones. Each pair is in the order Ed25519, ML-DSA-44, with a space between.
 */
export function rotationEntry(origin: string, from: LogSigners, to: LogSigners): AuditEntry {
  const [oldKeys, newKeys] = [verifierKeys(origin, from), verifierKeys(origin, to)];
  const message = Buffer.from(`${['ferrohsm/log-keys/v1', origin, ...oldKeys, ...newKeys].join('\n')}\n`);
  return {
    phase: 'event',
    operation: keyRotation,
    outcome: 'ok',
    details: {
      oldKeys: oldKeys.join(' '),
      newKeys: newKeys.join(' '),
      oldSignatures: signatures(from, message),
      newSignatures: signatures(to, message),
    },
  };
}

function signatures({ ed25519, mlDsa44 }: LogSigners, message: Buffer): string {
  return [ed25519, mlDsa44].map((signer: LogSigner) => Buffer.from(signer.sign(message)).toString('base64')).join(' ');
}

/**
 * Where a crash left a rotation to those keys whose record no checkpoint covers: its leaf index.
 *
 * @param tail records from leaf index `start` on
 */
export function rotationIn(
  tail: readonly LoggedRecord[],
  start: number,
  origin: string,
  to: LogSigners,
): number | undefined {
  const newKeys = verifierKeys(origin, to).join(' ');
  const at = tail.findLastIndex(({ leaf }) => {
    if (!leaf.includes(keyRotation)) return false;
    const { operation, details } = JSON.parse(leaf.toString()) as AuditEntry;
    return operation === keyRotation && details?.newKeys === newKeys;
  });
  return at === -1 ? undefined : start + at;
}
