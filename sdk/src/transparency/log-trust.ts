import type { SignedCheckpoint } from './checkpoint.ts';
import { isWitnessed, type LogPolicy, parseLogPolicy } from './log-policy.ts';
import { checkSignatures, type SignatureReport } from './signatures.ts';
import type { SignatureLine } from './signed-note.ts';
import { names, parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** Whom a verifier believes. */
export type LogTrust = PinnedKeys | PinnedPolicy;

export interface PinnedKeys {
  /**
   * C2SP signed-note verifier keys that were pinned before: at least one of the log, all of which must have signed.
   * Those of witnesses are checked where they signed.
   */
  readonly keys: readonly string[];
  readonly policy?: undefined;
}

export interface PinnedPolicy {
  /** A C2SP tlog-policy: all its keys of the log must have signed, and its quorum of witnesses. */
  readonly policy: string;
  readonly keys?: undefined;
}

/** The same, read. */
export interface TrustedKeys {
  /** Those of a log count only under its own origin. */
  readonly logs: readonly VerifierKey[];
  readonly witnesses: readonly VerifierKey[];
  readonly policy?: LogPolicy;
}

/** @throws TypeError for no key, a malformed one, or a malformed policy */
export async function readTrust({ keys, policy }: LogTrust): Promise<TrustedKeys> {
  if (policy !== undefined) {
    const parsed = await parseLogPolicy(policy);
    const [logs, witnesses] = [parsed.logs.map(({ key }) => key), parsed.witnesses.map(({ key }) => key)];
    if (logs.length === 0) throw new TypeError('a log is verified with a policy that names at least one log');
    return { logs, witnesses, policy: parsed };
  }
  if (keys.length === 0) throw new TypeError('a log is verified with at least one key');
  const parsed = await Promise.all(keys.map(parseVerifierKey));
  return { logs: parsed, witnesses: parsed };
}

/** All keys that are given. */
export function allKeys({ logs, witnesses }: TrustedKeys): VerifierKey[] {
  return [...new Set([...logs, ...witnesses])];
}

/**
 * A log signs under its origin; signatures of others say nothing without one of its own. With every key of the log
 * that was given, so that nobody gets around the stronger one by leaving its line out.
 *
 * @param signatures of the lines of the checkpoint, in their order
 */
export function signatureProblems(
  checkpoint: SignedCheckpoint,
  { logs, policy }: TrustedKeys,
  signatures: readonly SignatureReport[],
): string[] {
  const { origin, lines } = checkpoint;
  const own = logs.filter(({ name }) => name === origin);
  const wrong = signatures.filter(({ valid }) => valid === false);
  const absent = own.filter((key) => !lines.some((line) => names(key, line)));
  const problems = [
    ...wrong.map(({ name, algorithm }) => `wrong ${algorithm} signature of ${name}`),
    ...absent.map(({ algorithm }) => `no ${algorithm.name} signature of ${origin}`),
  ];
  if (!own.some((key) => hasSigned(key, lines, signatures))) {
    problems.push(`no valid signature of ${origin} with a given key`);
  }
  if (policy !== undefined && !hasQuorum(policy, lines, signatures)) {
    problems.push(`not cosigned by the quorum ${policy.quorum} of the policy`);
  }
  return problems;
}

/** Whether the quorum of a policy cosigned a checkpoint, whoever else signed it. */
export async function isCosigned(checkpoint: SignedCheckpoint, policy: LogPolicy): Promise<boolean> {
  const witnesses = policy.witnesses.map(({ key }) => key);
  return hasQuorum(policy, checkpoint.lines, await checkSignatures(checkpoint, witnesses));
}

function hasQuorum(
  policy: LogPolicy,
  lines: readonly SignatureLine[],
  signatures: readonly SignatureReport[],
): boolean {
  const cosigners = policy.witnesses.filter(({ key }) => hasSigned(key, lines, signatures));
  return isWitnessed(policy, new Set(cosigners.map(({ name }) => name)));
}

function hasSigned(key: VerifierKey, lines: readonly SignatureLine[], signatures: readonly SignatureReport[]): boolean {
  return lines.some((line, i) => names(key, line) && signatures[i]?.valid === true);
}
