import { toHex } from './bytes.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import type { SignatureReport } from './signatures.ts';
import type { VerifierKey } from './verifier-key.ts';

/** What a check of a whole log found. */
export interface LogReport {
  readonly origin: string;
  /** Entries under the checkpoint. */
  readonly size: number;
  /** Root in the checkpoint, hexadecimal. */
  readonly root: string;
  readonly signatures: readonly SignatureReport[];
  /** Keys of the log that signed the checkpoint: the given ones, or those that came after them. None without them. */
  readonly keys: readonly string[];
  /** Records of the key rotations that led from the given keys to these, for `verifyReceipt`. */
  readonly successions: readonly string[];
  /** Entries below this one were pruned, as the log itself signed; of them only the hashes were checked. */
  readonly minimumIndex?: number;
  /** Index of the first entry that is missing, altered or malformed. */
  readonly firstBadEntry?: number;
  /** What is wrong, one finding each, naming the file or the entry. */
  readonly problems: readonly string[];
  /** The given keys of the log signed exactly what the files hold, and no given key disagrees. */
  readonly ok: boolean;
}

export interface ReportFindings {
  readonly signatures: readonly SignatureReport[];
  readonly problems: readonly string[];
  readonly keys?: readonly VerifierKey[];
  readonly successions?: readonly string[];
  readonly minimumIndex?: number | undefined;
  readonly firstBadEntry?: number | undefined;
}

export function logReport({ origin, size, root }: SignedCheckpoint, findings: ReportFindings): LogReport {
  const { signatures, problems, keys = [], successions = [], minimumIndex, firstBadEntry } = findings;
  return {
    origin,
    size,
    root: toHex(root),
    signatures,
    keys: keys.map(({ text }) => text),
    successions,
    ...(minimumIndex === undefined ? {} : { minimumIndex }),
    ...(firstBadEntry === undefined ? {} : { firstBadEntry }),
    problems,
    ok: problems.length === 0,
  };
}

/** The report on a log whose checkpoint cannot be read. */
export function unreadableLog(reason: string): LogReport {
  const problems = [`checkpoint: ${reason}`];
  return { origin: '', size: 0, root: '', signatures: [], keys: [], successions: [], problems, ok: false };
}
