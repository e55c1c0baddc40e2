import { equal } from './bytes.ts';
import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import type { CheckedSignatures, KeySuccession } from './key-succession.ts';
import { isCosigned, type TrustedKeys } from './log-trust.ts';
import { SignedTree } from './signed-tree.ts';
import type { LogSource } from './tile-source.ts';

/** What a log says of itself, and whom to check it with. */
export interface LogStatement {
  readonly newest: SignedCheckpoint;
  /** The last checkpoint with the quorum of the policy, where the newest has not reached it yet. */
  readonly witnessed: SignedCheckpoint | undefined;
  /** Without the policy where there is a `witnessed`: what its quorum has not seen yet need only be the log's own. */
  readonly trust: TrustedKeys;
}

const path = 'checkpoint.witnessed';

/**
 * The last checkpoint that the quorum of the policy cosigned; undefined without a policy or such a checkpoint. Must be
 * read before the newest, which then continues it also in a log that grows meanwhile.
 */
export async function readWitnessed(source: LogSource, { policy }: TrustedKeys): Promise<SignedCheckpoint | undefined> {
  const bytes = policy === undefined ? undefined : await source.read(path);
  const checkpoint = bytes === undefined ? undefined : parseCheckpoint(bytes);
  if (policy === undefined || checkpoint === undefined) return undefined;
  return (await isCosigned(checkpoint, policy)) ? checkpoint : undefined;
}

/** @param witnessed as `readWitnessed` found it; counts only where the newest has not the quorum itself */
export async function statementOf(
  newest: SignedCheckpoint,
  witnessed: SignedCheckpoint | undefined,
  trust: TrustedKeys,
): Promise<LogStatement> {
  const { logs, witnesses, policy } = trust;
  const isOwn = policy !== undefined && witnessed?.origin === newest.origin;
  if (!isOwn || (await isCosigned(newest, policy))) return { newest, witnessed: undefined, trust };
  return { newest, witnessed, trust: { logs, witnesses } };
}

/**
 * Checks that the log signed a witnessed checkpoint and that the newest one continues it. Keys of any time may have
 * signed it: the newest, which the present ones signed, says what is in its tree.
 *
 * @returns problems without those of the succession itself, which the check of the newest tells
 */
export async function checkWitnessed(
  source: LogSource,
  newest: SignedCheckpoint,
  witnessed: SignedCheckpoint,
  succession: KeySuccession,
): Promise<CheckedSignatures> {
  const signed = await succession.checkAny(witnessed, path);
  const own = signed.problems.filter((problem) => !succession.problems.includes(problem));
  return { ...signed, problems: [...own, ...(await continuationProblems(source, newest, witnessed))] };
}

async function continuationProblems(
  source: LogSource,
  newest: SignedCheckpoint,
  { size, root }: SignedCheckpoint,
): Promise<string[]> {
  const broken = [`checkpoint: not the continuation of the ${size} entries of ${path}`];
  if (size > newest.size) return broken;
  try {
    const tree = await SignedTree.open(source, newest);
    return equal(await tree.rootAt(size), root) ? [] : broken;
  } catch (error) {
    if (!(error instanceof DamagedLogError)) throw error;
    return [`${path}: cannot be compared: ${error.message}`];
  }
}
