import type { RetentionClass } from '@ferrohsm/sdk/node';

const secondsPerDay = 86_400;

/** A length of time in words, in days where it is one. */
export function lengthText(seconds: number): string {
  return seconds % secondsPerDay === 0 ? `${seconds / secondsPerDay} days` : `${seconds} s`;
}

/** What a class does, in words. */
export function retentionText({ keepSeconds, destroys, graceSeconds }: RetentionClass): string {
  const kept = `kept for ${lengthText(keepSeconds)}`;
  if (!destroys) return kept;
  return `${kept}, then destroyed after a grace of ${graceSeconds === undefined ? '30 days' : lengthText(graceSeconds)}`;
}
