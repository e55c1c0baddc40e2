import { equal, toHex } from './bytes.ts';
import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { RecordCheck } from './record-check.ts';
import { checkSignatures, type SignatureReport } from './signatures.ts';
import type { LogSource } from './tile-source.ts';
import { type Difference, TreeWalk, type WalkFindings } from './tree-walk.ts';
import { names, parseVerifierKey, type VerifierKey } from './verifier-key.ts';

export interface VerifyLogOptions {
  /**
   * C2SP signed-note verifier keys that were pinned before: at least one of the log, all of which must have signed.
   * Those of witnesses are checked where they signed.
   */
  readonly keys: readonly string[];
  /** Entries that were read, of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a check of a whole log found. */
export interface LogReport {
  readonly origin: string;
  /** Entries under the checkpoint. */
  readonly size: number;
  /** Root in the checkpoint, hexadecimal. */
  readonly root: string;
  readonly signatures: readonly SignatureReport[];
  /** Index of the first entry that is missing, altered or malformed. */
  readonly firstBadEntry?: number;
  /** What is wrong, one finding each, naming the file or the entry. */
  readonly problems: readonly string[];
  /** The given keys of the log signed exactly what the files hold, and no given key disagrees. */
  readonly ok: boolean;
}

/**
 * Checks a whole log offline: the signatures of its checkpoint, the tree computed again from every entry, every tile,
 * and the form and order in time of the records. Reads one bundle at a time.
 *
 * That the log was not cut or replaced as a whole shows only against a checkpoint that somebody else kept.
 *
 * @throws TypeError for no key or a malformed one; whatever `source` throws
 *
 * @example const { ok, problems } = await verifyLog({ read }, { keys: [vkey] });
 */
export async function verifyLog(source: LogSource, options: VerifyLogOptions): Promise<LogReport> {
  if (options.keys.length === 0) throw new TypeError('a log is verified with at least one key');
  const keys = await Promise.all(options.keys.map(parseVerifierKey));
  const bytes = await source.read('checkpoint');
  const checkpoint = bytes === undefined ? undefined : parseCheckpoint(bytes);
  if (checkpoint === undefined) return unreadable(bytes === undefined ? 'missing' : 'malformed');
  const signatures = await checkSignatures(checkpoint, keys);
  const refusals = signatureProblems(checkpoint, keys, signatures);
  // Without a signature nothing says how much there is to read.
  if (refusals.length > 0) return report(checkpoint, signatures, refusals, undefined);

  const records = new RecordCheck();
  const walk = new TreeWalk({
    source,
    size: checkpoint.size,
    onEntry: (entry, index) => records.add(entry, index),
    onProgress: options.onProgress ?? (() => undefined),
  });
  const findings = await walk.run();
  const tree = treeProblems(checkpoint, findings);
  return report(
    checkpoint,
    signatures,
    [...tree.problems, ...records.problems],
    lowest(tree.firstBad, records.firstBad),
  );
}

function unreadable(reason: string): LogReport {
  return { origin: '', size: 0, root: '', signatures: [], problems: [`checkpoint: ${reason}`], ok: false };
}

function report(
  { origin, size, root }: SignedCheckpoint,
  signatures: readonly SignatureReport[],
  problems: readonly string[],
  firstBadEntry: number | undefined,
): LogReport {
  const place = firstBadEntry === undefined ? {} : { firstBadEntry };
  return { origin, size, root: toHex(root), signatures, ...place, problems, ok: problems.length === 0 };
}

/**
 * A log signs under its origin; signatures of others say nothing without one of its own. With every key of the log
 * that was given, so that nobody gets around the stronger one by leaving its line out.
 */
function signatureProblems(
  { origin, lines }: SignedCheckpoint,
  keys: readonly VerifierKey[],
  signatures: readonly SignatureReport[],
): string[] {
  const wrong = signatures.filter(({ valid }) => valid === false);
  const absent = keys.filter((key) => key.name === origin && !lines.some((line) => names(key, line)));
  const problems = [
    ...wrong.map(({ name, algorithm }) => `checkpoint: wrong ${algorithm} signature of ${name}`),
    ...absent.map(({ algorithm }) => `checkpoint: no ${algorithm.name} signature of ${origin}`),
  ];
  const isSigned = signatures.some(({ name, valid }) => name === origin && valid === true);
  return isSigned ? problems : [...problems, `checkpoint: no valid signature of ${origin} with a given key`];
}

/** With the signed root, entries are right and a tile that differs is wrong; without it, the entries are suspect. */
function treeProblems(
  { root: signed }: SignedCheckpoint,
  { root, differences, faults }: WalkFindings,
): { problems: string[]; firstBad: number | undefined } {
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
  return { problems, firstBad: lowest(unreadable, ...closest.map(({ first }) => first)) };
}

function isWithin(inner: Difference, outer: Difference): boolean {
  return inner !== outer && inner.first >= outer.first && inner.last <= outer.last;
}

function entries(first: number, last: number): string {
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`;
}

function lowest(...indexes: readonly (number | undefined)[]): number | undefined {
  const known = indexes.filter((index) => index !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
