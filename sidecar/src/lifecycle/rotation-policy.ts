import type { EffectiveRotation, KeyRecord, RotationPolicy, RotationSchedule } from '../generated/types.ts';

type Limit = keyof RotationSchedule;

const limits: readonly Limit[] = ['everySeconds', 'afterUses', 'afterBytes', 'overlapSeconds'];

/** What rotates a key: the strictest of each limit, of its own schedule and of the policies whose labels it has. */
export function effectiveRotation(
  { labels, rotation = {} }: Pick<KeyRecord, 'labels' | 'rotation'>,
  policies: Iterable<RotationPolicy>,
): EffectiveRotation | undefined {
  const schedule: { [limit in Limit]?: number } = { ...rotation };
  const from: { [limit in Limit]?: string } = {};
  for (const policy of policies) {
    if (!hasAll(labels, policy.labels)) continue;
    for (const limit of limits) {
      const value = policy.schedule[limit];
      if (value === undefined || value >= (schedule[limit] ?? Number.POSITIVE_INFINITY)) continue;
      schedule[limit] = value;
      from[limit] = policy.name;
    }
  }
  return Object.keys(schedule).length === 0 ? undefined : { schedule, policies: from };
}

function hasAll(labels: KeyRecord['labels'], wanted: RotationPolicy['labels']): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
