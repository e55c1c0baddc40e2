import type { KeyRecord, KeyVersion, RotationSchedule } from '../generated/types.ts';
import { endOf, stateAt } from './key-state.ts';

/** When something is to be done to a key next, in milliseconds since 1970; undefined: never by itself. */
export function dueAt(record: KeyRecord): number | undefined {
  const times = [...record.versions.map((version) => versionDue(record, version)), rotationDue(record)];
  const due = times.filter((time) => time !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}

/** The newest version that signs and encrypts; undefined when none does. */
export function currentVersion(record: KeyRecord, nowMs: number): KeyVersion | undefined {
  return record.versions.findLast((version) => stateAt(record, version, nowMs) === 'active');
}

/** When a schedule, by default the key's own, asks for the next version by age. */
export function rotationDue(
  { versions, rotation = {} }: KeyRecord,
  { everySeconds }: RotationSchedule = rotation,
): number | undefined {
  const newest = versions.at(-1);
  if (newest?.state !== 'active' || everySeconds === undefined) return undefined;
  // A version that was made ahead of time ages from its activation.
  return (newest.since ?? newest.createdAt) + everySeconds * 1000;
}

function versionDue(record: KeyRecord, version: KeyVersion): number | undefined {
  // Under a legal hold nothing becomes due that would destroy it.
  if (version.state === 'pending-destruction') return record.retention?.hold ? undefined : version.destroyAt;
  // Until its certificate is there, something is left to do.
  if (version.state === 'destroyed') return version.destruction === undefined ? version.since : undefined;
  return version.state === 'active' || version.state === 'suspended' ? endOf(record, version) : undefined;
}
