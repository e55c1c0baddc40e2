import type { InventoryEntry, KeyAlgorithm, KeyState, KeyVersion, Labels, RotationSchedule } from '@ferrohsm/sdk/node';
import { algorithmText } from '../named-key.ts';
import type { Callers } from './callers.ts';
import { type Finding, findingsOf } from './finding.ts';
import { publicKeyOid } from './public-key-oid.ts';

/** One version of a key. Times are in milliseconds since 1970. */
export interface InventoryVersion {
  readonly version: number;
  /** The one that counts now. */
  readonly state: KeyState;
  /** It protects something new, or will, or may again: pre-activation, active or suspended. */
  readonly inForce: boolean;
  readonly algorithm: KeyAlgorithm;
  /** The algorithm and its parameters in words, for example `ECDSA P-256`. */
  readonly algorithmText: string;
  /** Object identifier of its public key. */
  readonly oid?: string | undefined;
  readonly securityBits: number;
  readonly quantumSafe: boolean;
  readonly hybrid: boolean;
  readonly cnsa2: boolean;
  readonly createdAt: number;
  readonly ageDays: number;
  /** When it came into its state; absent while it is in its first one. */
  readonly since?: number | undefined;
  /** When it is deactivated by itself. */
  readonly endsAt?: number | undefined;
  /** Made elsewhere. */
  readonly imported: boolean;
  /** Absent, as `bytes`, when the caller may not ask for it. */
  readonly uses?: number | undefined;
  readonly bytes?: number | undefined;
  /** Absent of a version that was never used, too. */
  readonly usedAt?: number | undefined;
}

/** A named key as the inventory shows it; nothing secret, no key material. Times are in milliseconds since 1970. */
export interface InventoryKey {
  readonly id: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly owner: string;
  readonly labels: Labels;
  readonly type: 'secret' | 'private';
  readonly usages: readonly string[];
  readonly extractable: boolean;
  readonly createdAt: number;
  readonly ageDays: number;
  readonly expiresAt?: number | undefined;
  /** The strictest of each limit, of its own schedule and of the rotation policies. */
  readonly rotation?: RotationSchedule | undefined;
  /** When it asks for the next version by age. */
  readonly rotationDueAt?: number | undefined;
  readonly findings: readonly Finding[];
  /** Principals who used it, by the log; absent when the log was not asked. */
  readonly callers?: readonly string[] | undefined;
  readonly versions: readonly InventoryVersion[];
}

const dayMs = 86_400_000;

const forceful: ReadonlySet<KeyState> = new Set(['pre-activation', 'active', 'suspended']);

/**
 * @param asOf the time of the sidecar, in milliseconds since 1970
 * @param callers who used keys, where that is known
 */
export function inventoryKey(
  { record, rotation: effective, versions: facts }: InventoryEntry,
  asOf: number,
  callers?: Callers,
): InventoryKey {
  const { id, name, description, owner, labels, type, usages, extractable, createdAt, expiresAt } = record;
  const versions = record.versions.map((version, index) => inventoryVersion(version, facts[index], expiresAt, asOf));
  const timed = { expiresAt, rotation: effective?.schedule, rotationDueAt: effective?.dueAt };
  return {
    ...{ id, name, description, owner, labels, type, usages, extractable, createdAt },
    ageDays: daysFrom(createdAt, asOf),
    ...timed,
    findings: findingsOf({ ...timed, versions }, asOf),
    callers: callers && (callers.get(id) ?? []),
    versions,
  };
}

/** The version that counts in a list: the newest in force, else the newest. */
export function leadingVersion({ versions }: InventoryKey): InventoryVersion | undefined {
  return versions.findLast(({ inForce }) => inForce) ?? versions.at(-1);
}

function inventoryVersion(
  version: KeyVersion,
  facts: InventoryEntry['versions'][number] | undefined,
  expiresAt: number | undefined,
  asOf: number,
): InventoryVersion {
  if (facts?.version !== version.version) throw new RangeError('the sidecar answered with another version');
  const { version: number, algorithm, createdAt, since, endsAt, origin, publicKey } = version;
  const { uses, bytes, usedAt } = facts.usage ?? {};
  return {
    ...{ version: number, state: facts.state, inForce: forceful.has(facts.state) },
    ...{ algorithm, algorithmText: algorithmText(version), oid: publicKeyOid(publicKey) },
    ...facts.strength,
    ...{ createdAt, ageDays: daysFrom(createdAt, asOf), since, endsAt: earlier(endsAt, expiresAt) },
    ...{ imported: origin === 'imported', uses, bytes, usedAt },
  };
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function daysFrom(start: number, end: number): number {
  return Math.max(0, Math.floor((end - start) / dayMs));
}
