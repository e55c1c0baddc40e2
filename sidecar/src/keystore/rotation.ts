import type { KeyAlgorithm, KeyRecord, RotationSchedule } from '../generated/types.ts';

/** Long enough for every process that holds the version before to ask for the key again. */
const defaultOverlapSeconds = 24 * 60 * 60;

/** Algorithm of the newest version, which the next one has unless told. */
export function newestAlgorithm({ versions }: KeyRecord): KeyAlgorithm {
  return (versions.at(-1) ?? versions[0]).algorithm;
}

/** How long the versions in use stay so beside the next one: as told, else as the schedule says, else a day. */
export function overlapMsOf(schedule: RotationSchedule = {}, overlapSeconds?: number): number {
  return (overlapSeconds ?? schedule.overlapSeconds ?? defaultOverlapSeconds) * 1000;
}
