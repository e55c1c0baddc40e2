import { type SignatureType, signatureTypes } from '../signed-note.ts';
import { misfit, type PolicyLine, policyLines } from './policy-line.ts';
import { parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** Which checkpoints are valid (C2SP tlog-policy): signed by one of the logs, cosigned by a quorum of the witnesses. */
export interface LogPolicy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** Undefined for `quorum none`. */
  readonly quorum: QuorumMember | undefined;
}

export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url?: string;
}

export interface PolicyWitness {
  /** How the policy calls it. */
  readonly name: string;
  readonly key: VerifierKey;
  readonly url?: string;
  readonly lineNumber: number;
}

/** Has witnessed what at least `threshold` of its members have. */
export interface PolicyGroup {
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly QuorumMember[];
}

export type QuorumMember = PolicyWitness | PolicyGroup;

const cosignatureTypes: readonly SignatureType[] = [
  signatureTypes.ed25519Cosignature,
  signatureTypes.mlDsa44Cosignature,
];

/** Logs, and witnesses with groups, that a policy may have; C2SP tlog-policy recommends at least 32 of each. */
const mostDefinitions = 256;

/**
 * Reads a trust policy: `log VKEY [URL]`, `witness NAME VKEY [URL]`, `group NAME K|any|all NAME...`, `quorum NAME|none`.
 *
 * @throws SidecarError `config_invalid` with the number of the first line that does not fit
 * @example parseLogPolicy('witness w1 witness.example/w1+… https://witness.example/w1\nquorum w1\n');
 */
export function parseLogPolicy(text: string): LogPolicy {
  const reader = new PolicyReader();
  const lines = policyLines(text);
  for (const line of lines) reader.read(line);
  return reader.finish(lines.at(-1)?.number ?? 1);
}

class PolicyReader {
  readonly #logs: PolicyLog[] = [];
  readonly #witnesses: PolicyWitness[] = [];
  readonly #members = new Map<string, QuorumMember>();
  /** A name counts in one place only, so that no witness counts twice. */
  readonly #grouped = new Set<string>();
  #quorum: { readonly member: QuorumMember | undefined } | undefined;

  read(line: PolicyLine): void {
    switch (line.keyword) {
      case 'log':
        this.#readLog(line);
        break;
      case 'witness':
        this.#readWitness(line);
        break;
      case 'group':
        this.#readGroup(line);
        break;
      case 'quorum':
        this.#readQuorum(line);
        break;
      default:
        throw misfit(line.number, 'neither log, witness, group nor quorum');
    }
  }

  finish(lineNumber: number): LogPolicy {
    if (this.#quorum === undefined) throw misfit(lineNumber, 'the quorum is missing');
    return { logs: this.#logs, witnesses: this.#witnesses, quorum: this.#quorum.member };
  }

  #readLog({ number, items }: PolicyLine): void {
    const [vkey, url, ...more] = items;
    if (vkey === undefined || more.length > 0) throw misfit(number, 'needs: log VKEY [URL]');
    const key = readKey(number, vkey);
    requireNew(number, key, this.#logs);
    this.#logs.push({ key, ...(url !== undefined && { url }) });
  }

  #readWitness({ number, items }: PolicyLine): void {
    const [name, vkey, url, ...more] = items;
    if (name === undefined || vkey === undefined || more.length > 0) {
      throw misfit(number, 'needs: witness NAME VKEY [URL]');
    }
    const key = readKey(number, vkey);
    if (!cosignatureTypes.includes(key.type)) throw misfit(number, 'the key of a witness must be one for cosignatures');
    requireNew(number, key, this.#witnesses);
    const witness = { name, key, lineNumber: number, ...(url !== undefined && { url }) };
    this.#define(number, witness);
    this.#witnesses.push(witness);
  }

  #readGroup({ number, items }: PolicyLine): void {
    const [name, threshold, ...names] = items;
    if (name === undefined || threshold === undefined || names.length === 0) {
      throw misfit(number, 'needs: group NAME K|any|all NAME...');
    }
    const members = names.map((member) => this.#take(number, member));
    this.#define(number, { name, threshold: readThreshold(number, threshold, members.length), members });
  }

  #readQuorum({ number, items }: PolicyLine): void {
    const [name, ...more] = items;
    if (name === undefined || more.length > 0) throw misfit(number, 'needs: quorum NAME|none');
    if (this.#quorum !== undefined) throw misfit(number, 'a second quorum');
    this.#quorum = { member: name === 'none' ? undefined : this.#find(number, name) };
  }

  #define(lineNumber: number, member: QuorumMember): void {
    const { name } = member;
    if (name === 'none' || this.#members.has(name)) throw misfit(lineNumber, `the name ${name} is already taken`);
    // What was not UTF-8 became this character: two names could look alike.
    if (name.includes('\ufffd')) throw misfit(lineNumber, 'a name that is not UTF-8');
    if (this.#members.size === mostDefinitions) throw misfit(lineNumber, 'too many witnesses and groups');
    this.#members.set(name, member);
  }

  #take(lineNumber: number, name: string): QuorumMember {
    const member = this.#find(lineNumber, name);
    if (this.#grouped.has(name)) throw misfit(lineNumber, `${name} is already a member of a group`);
    this.#grouped.add(name);
    return member;
  }

  #find(lineNumber: number, name: string): QuorumMember {
    const member = this.#members.get(name);
    if (member === undefined) throw misfit(lineNumber, `${name} is not defined above`);
    return member;
  }
}

function readKey(lineNumber: number, text: string): VerifierKey {
  try {
    return parseVerifierKey(text);
  } catch (error) {
    if (error instanceof RangeError) throw misfit(lineNumber, error.message);
    throw error;
  }
}

/** C2SP tlog-policy "Public key representation": the same key under another name is a duplicate too. */
function requireNew(lineNumber: number, key: VerifierKey, others: readonly { readonly key: VerifierKey }[]): void {
  if (others.length === mostDefinitions) throw misfit(lineNumber, 'too many of these');
  if (others.some((other) => other.key.publicKey.equals(key.publicKey)))
    throw misfit(lineNumber, 'the key is there twice');
}

function readThreshold(lineNumber: number, text: string, members: number): number {
  if (text === 'any') return 1;
  if (text === 'all') return members;
  const threshold = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0;
  if (threshold < 1 || threshold > members) throw misfit(lineNumber, `${text} is no number from 1 to ${members}`);
  return threshold;
}
