import type { SystemStatusResult } from '@ferrohsm/sdk/node';
import { isoTime, pairs } from './named-key.ts';

/** Health, version and sizes of a sidecar as lines of text. */
export function statusText(result: SystemStatusResult): string {
  return pairs([
    ['state', result.state],
    ['ready', readyText(result.readiness)],
    ['version', result.version],
    ['node', `${result.node}, OpenSSL ${result.openssl}`],
    ['started', isoTime(result.startedAt)],
    ...shareLines('shares', result.progress),
    ...shareLines('next shares', result.next),
    ...lineOf('keys', result.keys),
    ['sessions', String(result.sessions)],
    ...lineOf('policy epoch', result.policyEpoch),
    ...lineOf('log', result.log && `${result.log.origin}, ${result.log.size} records`),
    ...witnessLines(result.witnesses),
    ['resident', `${Math.round(result.residentBytes / 2 ** 20)} MiB`],
  ]);
}

function readyText({ ready, reasons }: SystemStatusResult['readiness']): string {
  return [ready ? 'yes' : 'NO', ...reasons].join(', ');
}

/** What a sealed sidecar does not know is left out. */
function lineOf(name: string, value: string | number | undefined): (readonly [string, string])[] {
  return value === undefined ? [] : [[name, String(value)]];
}

function shareLines(name: string, progress: SystemStatusResult['progress']): (readonly [string, string])[] {
  if (progress === undefined) return [];
  const { have, need, set } = progress;
  return [[name, `${have} of ${need}, of set ${set}`]];
}

/** Whether enough witnesses have cosigned lately, and what is with each of them. */
function witnessLines(witnesses: SystemStatusResult['witnesses']): (readonly [string, string])[] {
  if (witnesses === undefined) return [];
  const { quorum, cosignedSize } = witnesses;
  const verdict = quorum ? `cosigned up to ${cosignedSize}` : `TOO FEW, cosigned up to ${cosignedSize}`;
  const each = witnesses.witnesses.map(({ name, size, lastSuccessAt, failure }) => {
    const last = lastSuccessAt === undefined ? 'nothing since the start' : `${size} at ${isoTime(lastSuccessAt)}`;
    return [`witness ${name}`, failure === undefined ? last : `${last}; ${failure}`] as const;
  });
  return [['witnesses', verdict], ...each];
}
