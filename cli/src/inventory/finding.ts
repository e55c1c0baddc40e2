import type { RotationSchedule } from '@ferrohsm/sdk/node';
import type { InventoryVersion } from './inventory-key.ts';

/** What may be wrong with a key, and what it means. */
export const findings = Object.freeze({
  'quantum-vulnerable': 'a quantum computer breaks a version that is in force',
  weak: 'a version in force has fewer than 112 bits of strength (SP 800-131A)',
  cnsa2: 'CNSA 2.0 does not list the algorithm of a version in force',
  expired: 'its time is over, and its secret is still there',
  'no-rotation': 'in force, and no schedule makes its next version',
  overdue: 'its schedule asked for the next version more than an hour ago',
  compromised: 'the secret of a version is known to others, and it is still there',
  unused: 'in force for 90 days, and not used in them',
});

export type Finding = keyof typeof findings;

export const findingNames = Object.keys(findings) as readonly Finding[];

/** SP 800-131A rev. 2: fewer bits are disallowed for protecting data. */
const leastBits = 112;

const unusedMs = 90 * 86_400_000;

/** The sidecar may take so long to notice. */
const overdueMs = 3_600_000;

/** What is judged of a key. */
export interface Judged {
  readonly expiresAt?: number | undefined;
  readonly rotation?: RotationSchedule | undefined;
  readonly rotationDueAt?: number | undefined;
  readonly versions: readonly InventoryVersion[];
}

type Test = (key: Judged, asOf: number) => boolean;

const tests: Readonly<Record<Finding, Test>> = Object.freeze({
  'quantum-vulnerable': (key) => inForce(key).some(({ quantumSafe }) => !quantumSafe),
  weak: (key) => inForce(key).some(({ securityBits }) => securityBits < leastBits),
  cnsa2: (key) => inForce(key).some(({ cnsa2 }) => !cnsa2),
  expired: ({ expiresAt, versions }, asOf) =>
    expiresAt !== undefined && expiresAt <= asOf && versions.some(({ state }) => !isGoing(state)),
  'no-rotation': (key) => inForce(key).length > 0 && !hasLimit(key.rotation),
  overdue: (key, asOf) => isPastDate(key, asOf) || isPastUse(key),
  compromised: ({ versions }) => versions.some(({ state }) => state === 'compromised'),
  unused: (key, asOf) => inForce(key).length > 0 && key.versions.every((version) => isUnused(version, asOf)),
});

/** All that is wrong with a key at a time. */
export function findingsOf(key: Judged, asOf: number): readonly Finding[] {
  return findingNames.filter((finding) => tests[finding](key, asOf));
}

function inForce({ versions }: Judged): readonly InventoryVersion[] {
  return versions.filter((version) => version.inForce);
}

function isGoing(state: InventoryVersion['state']): boolean {
  return state === 'pending-destruction' || state === 'destroyed';
}

function hasLimit({ everySeconds, afterUses, afterBytes }: RotationSchedule = {}): boolean {
  return (everySeconds ?? afterUses ?? afterBytes) !== undefined;
}

function isPastDate({ rotationDueAt }: Judged, asOf: number): boolean {
  return rotationDueAt !== undefined && rotationDueAt + overdueMs <= asOf;
}

/** The version that came over a limit by its last use is not late yet. */
function isPastUse({ rotation = {}, versions }: Judged): boolean {
  const newest = versions.at(-1);
  if (newest?.state !== 'active') return false;
  const { afterUses = Number.POSITIVE_INFINITY, afterBytes = Number.POSITIVE_INFINITY } = rotation;
  return (newest.uses ?? 0) > afterUses || (newest.bytes ?? 0) > afterBytes;
}

/** Unknown is not unused. */
function isUnused({ uses, usedAt, createdAt }: InventoryVersion, asOf: number): boolean {
  return uses !== undefined && (usedAt ?? createdAt) + unusedMs <= asOf;
}
