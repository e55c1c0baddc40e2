import type { Job } from './suite.ts';

/** What testharness.js says of one subtest. */
export interface Subtest {
  readonly name: string;
  readonly status: SubtestStatus;
  readonly message?: string;
}

/** In the order of the numbers that testharness.js uses. */
export const subtestStatuses = ['PASS', 'FAIL', 'TIMEOUT', 'NOTRUN', 'PRECONDITION_FAILED'] as const;
export type SubtestStatus = (typeof subtestStatuses)[number];

/** What one job's process reports. */
export interface Answer {
  readonly subtests: readonly Subtest[];
  /** Why the file did not run to its end. */
  readonly breakdown?: string;
}

export interface Outcome extends Job, Answer {}

/** Names of the subtests that passed; a file that broke down has passed none. */
export function passesOf({ subtests, breakdown }: Answer): string[] {
  if (breakdown !== undefined) return [];
  return subtests.filter(({ status }) => status === 'PASS').map(({ name }) => name);
}
