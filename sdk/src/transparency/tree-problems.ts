import { equal, toHex } from './bytes.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import type { Difference, WalkFindings } from './tree-walk.ts';

/** What is wrong with a tree, and the first entry that it shows at. */
export interface TreeProblems {
  readonly problems: string[];
  readonly firstBad: number | undefined;
}

/**
 * With the signed root, entries are right and a tile that differs is wrong; without it, the entries are suspect.
 *
 * @param verifiedSize entries that an earlier verification saw: a tree that differs among them is another tree
 */
export function treeProblems(
  { root: signed }: SignedCheckpoint,
  { root, differences, faults }: WalkFindings,
  verifiedSize: number,
): TreeProblems {
  const problems = faults.map(({ path, reason }) => `${path}: ${reason}`);
  const unreadable = lowest(...faults.map(({ entry }) => entry));
  if (equal(root, signed)) {
    problems.push(
      ...differences.map(({ path, first }) => `${path}: differs from the entries, first at entry ${first}`),
    );
    return { problems, firstBad: unreadable };
  }
  const closest = differences.filter((wide) => !differences.some((other) => isWithin(other, wide)));
  problems.push(...closest.map(({ path, first, last }) => `${entries(first, last)}: not what ${path} says`));
  problems.push(`checkpoint: root is ${toHex(signed)}, the entries have ${toHex(root)}`);
  const changed = lowest(...differences.map(({ first }) => first), ...faults.map(({ entry }) => entry));
  if (changed !== undefined && changed < verifiedSize) problems.push(notContinued(verifiedSize));
  return { problems, firstBad: lowest(unreadable, ...closest.map(({ first }) => first)) };
}

export function notContinued(verifiedSize: number): string {
  return `checkpoint: not the continuation of the ${verifiedSize} entries that were verified before`;
}

export function lowest(...indexes: readonly (number | undefined)[]): number | undefined {
  const known = indexes.filter((index) => index !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function isWithin(inner: Difference, outer: Difference): boolean {
  return inner !== outer && inner.first >= outer.first && inner.last <= outer.last;
}

function entries(first: number, last: number): string {
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`;
}
