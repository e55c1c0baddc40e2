import type { EffectiveRotation, RotationPolicy, RotationSchedule } from '@ferrohsm/sdk/node';
import { lengthText } from './retention-text.ts';

/** The limits of a schedule in words, each with the policy that it is of. */
export function scheduleText(
  { everySeconds, afterUses, afterBytes, overlapSeconds }: RotationSchedule,
  policies: EffectiveRotation['policies'] = {},
): string {
  const limits = [
    [everySeconds && `every ${lengthText(everySeconds)}`, policies.everySeconds],
    [afterUses && `after ${afterUses} uses`, policies.afterUses],
    [afterBytes && `after ${afterBytes} bytes`, policies.afterBytes],
    [overlapSeconds !== undefined && `overlap of ${lengthText(overlapSeconds)}`, policies.overlapSeconds],
  ];
  return limits
    .filter(([limit]) => limit)
    .map(([limit, policy]) => (policy === undefined ? limit : `${limit} (policy ${policy})`))
    .join(', ');
}

/** What a policy does, in words. */
export function policyText({ labels, schedule }: RotationPolicy): string {
  const selected = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return `${scheduleText(schedule)}; keys with ${selected.join(' and ') || 'any label or none'}`;
}
