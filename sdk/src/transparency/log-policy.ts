import { PolicyLines } from './policy-lines.ts';
import type { VerifierKey } from './verifier-key.ts';

/** Whom to believe what a log says (C2SP tlog-policy). */
export interface LogPolicy {
  /** Keys of the logs that are accepted; the name of each is the origin of its log. */
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** In the order of the file: a group follows its members. */
  readonly groups: readonly PolicyGroup[];
  /** Name of the witness or group that must have cosigned, or `none`. */
  readonly quorum: string;
}

export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url?: string;
}

export interface PolicyWitness {
  /** In this policy; the name in its cosignatures is that of the key. */
  readonly name: string;
  readonly key: VerifierKey;
  readonly url?: string;
}

export interface PolicyGroup {
  readonly name: string;
  /** So many of the members must have witnessed. */
  readonly threshold: number;
  readonly members: readonly string[];
}

/** Tab, newline, and what is printable; octets above 0x7f are opaque (C2SP tlog-policy "Character set"). */
const forbiddenCharacter = /[^\t\n\x20-\x7e\u0080-\uffff]/;

/**
 * Reads a C2SP tlog-policy.
 *
 * @throws TypeError that names the line, for anything that the specification does not allow, a key of an unknown type,
 *   or a last line without its newline, which may have been cut
 *
 * @example const policy = await parseLogPolicy(await readFile('log.policy', 'utf8'));
 */
export async function parseLogPolicy(text: string): Promise<LogPolicy> {
  const policy = new PolicyLines();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new TypeError(`log policy: line ${lines.length + 1} does not end`);
  for (const [i, line] of lines.entries()) {
    try {
      if (forbiddenCharacter.test(line)) throw new TypeError('control character');
      await policy.add(line.split(/[ \t]+/).filter((item) => item !== ''));
    } catch (error) {
      throw new TypeError(`log policy: line ${i + 1}: ${error instanceof Error ? error.message : ''}`);
    }
  }
  return policy.finish();
}

/**
 * Whether the quorum of a policy has cosigned.
 *
 * @param cosigners names, in the policy, of the witnesses whose cosignatures are valid
 */
export function isWitnessed({ witnesses, groups, quorum }: LogPolicy, cosigners: ReadonlySet<string>): boolean {
  const witnessed = new Set(witnesses.map(({ name }) => name).filter((name) => cosigners.has(name)));
  for (const { name, threshold, members } of groups) {
    if (members.filter((member) => witnessed.has(member)).length >= threshold) witnessed.add(name);
  }
  return quorum === 'none' || witnessed.has(quorum);
}
