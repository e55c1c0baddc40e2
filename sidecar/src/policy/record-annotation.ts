import type { ParsedPolicy } from './policy-set.ts';

/** Annotation of a permit whose reads leave no record: `@record("none")`. */
const annotation = 'record';
const none = 'none';

/** Ids of the policies whose reads leave no record. */
export function unrecordedPolicies(policies: readonly ParsedPolicy[]): ReadonlySet<string> {
  return new Set(policies.filter(({ tree }) => tree.annotations?.[annotation] === none).map(({ id }) => id));
}

/** What is wrong with the annotation of a policy, if anything: a refusal is always recorded. */
export function recordMisuse({ tree }: ParsedPolicy): string | undefined {
  const value = tree.annotations?.[annotation];
  if (value === undefined) return undefined;
  if (value !== none) return `@record is "${none}" or absent`;
  return tree.effect === 'permit' ? undefined : '@record stands on a permit';
}
