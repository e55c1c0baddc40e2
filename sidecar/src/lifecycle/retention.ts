import type { KeyRecord, KeyVersion, RetentionClass } from '../generated/types.ts';

/** The class of every key. */
export const defaultClass = 'default';

/** Label of a key that names its class. */
export const classLabel = 'retention';

/** What keeps a version. */
export interface Keeping {
  /** Milliseconds since 1970; infinite for what is kept without an end. */
  readonly untilMs: number;
  /** What keeps it for the longest, in words. */
  readonly reason: string;
}

/** The classes of a key that there are. */
export function classesOf({ labels }: KeyRecord, classes: ReadonlyMap<string, RetentionClass>): RetentionClass[] {
  return [defaultClass, labels[classLabel]]
    .map((name) => (name === undefined ? undefined : classes.get(name)))
    .filter((found) => found !== undefined);
}

/**
 * What keeps a version for the longest: its classes, what was said of the key itself, a legal hold. Nothing keeps what
 * was never used, and a key that names a class which is not there is kept: a slip must not destroy it.
 */
export function keepingOf(
  record: KeyRecord,
  version: KeyVersion,
  classes: ReadonlyMap<string, RetentionClass>,
): Keeping | undefined {
  const { hold, keepSeconds = 0, until = 0 } = record.retention ?? {};
  if (hold !== undefined) return { untilMs: Number.POSITIVE_INFINITY, reason: `legal hold: ${hold}` };
  const named = record.labels[classLabel];
  if (named !== undefined && !classes.has(named)) {
    return { untilMs: Number.POSITIVE_INFINITY, reason: `there is no retention class ${named}` };
  }
  const endedAt = version.endedAt ?? version.since ?? version.createdAt;
  const keepings = [
    { untilMs: until, reason: 'kept by date' },
    ...(version.state === 'pre-activation' ? [] : spans(record, keepSeconds, classes)).map(({ seconds, reason }) => ({
      untilMs: endedAt + seconds * 1000,
      reason,
    })),
  ];
  const longest = keepings.reduce((left, right) => (right.untilMs > left.untilMs ? right : left));
  return longest.untilMs === 0 ? undefined : longest;
}

function spans(record: KeyRecord, keepSeconds: number, classes: ReadonlyMap<string, RetentionClass>) {
  return [
    { seconds: keepSeconds, reason: 'kept by the key itself' },
    ...classesOf(record, classes).map(({ name, keepSeconds: seconds }) => ({ seconds, reason: `class ${name}` })),
  ].filter(({ seconds }) => seconds > 0);
}

/** How a destruction that comes by itself is scheduled; undefined: none does. */
export function selfDestruction(
  record: KeyRecord,
  classes: ReadonlyMap<string, RetentionClass>,
): { readonly graceMs: number } | undefined {
  const own = classesOf(record, classes);
  if (own.length === 0 || !own.every(({ destroys }) => destroys)) return undefined;
  const graceSeconds = Math.max(...own.map((each) => each.graceSeconds ?? defaultGraceSeconds));
  return { graceMs: graceSeconds * 1000 };
}

const defaultGraceSeconds = 30 * 86_400;
