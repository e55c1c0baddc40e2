import type { KeyRecord, KeyState } from '../generated/types.ts';

/** What keys are looked for by; what is not asked for does not matter. */
export interface KeyTerms {
  /** Algorithm of the newest version. */
  readonly algorithm?: string | undefined;
  /** State of the newest version as it was last written down. */
  readonly state?: KeyState | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Every term that the key is found by. */
export function termsOf(record: KeyRecord): string[] {
  const newest = record.versions.at(-1) ?? record.versions[0];
  return termsFor({ algorithm: newest.algorithm.name, state: newest.state, labels: record.labels });
}

/** The terms of what is asked for. */
export function termsFor({ algorithm, state, labels = {} }: KeyTerms): string[] {
  return [
    ...Object.entries(labels).map(([name, value]) => `label:${name}=${value}`),
    ...(state === undefined ? [] : [`state=${state}`]),
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
  ];
}
