import { equal } from './bytes.ts';
import type { LogPolicy, PolicyGroup, PolicyLog, PolicyWitness } from './log-policy.ts';
import { parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** Lines of one kind; the specification asks for at least 32. */
const linesOfKindMax = 256;

/** Collects a C2SP tlog-policy line by line. */
export class PolicyLines {
  readonly #logs: PolicyLog[] = [];
  readonly #witnesses: PolicyWitness[] = [];
  readonly #groups: PolicyGroup[] = [];
  /** Witnesses and groups share their names; the value says whether it is in a group already. */
  readonly #names = new Map<string, { grouped: boolean }>();
  #quorum: string | undefined;

  /** @throws TypeError for a line that is not allowed here */
  async add([keyword, ...items]: readonly string[]): Promise<void> {
    if (keyword === undefined || keyword.startsWith('#')) return;
    if (keyword === 'log') await this.#addLog(items);
    else if (keyword === 'witness') await this.#addWitness(items);
    else if (keyword === 'group') this.#addGroup(items);
    else if (keyword === 'quorum') this.#setQuorum(items);
    else throw new TypeError(`unknown keyword ${JSON.stringify(keyword)}`);
  }

  /** @throws TypeError without a quorum */
  finish(): LogPolicy {
    if (this.#quorum === undefined) throw new TypeError('log policy: no quorum');
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum: this.#quorum };
  }

  async #addLog([vkey, url, ...more]: readonly string[]): Promise<void> {
    if (vkey === undefined || more.length > 0) throw new TypeError('expected: log <vkey> [<url>]');
    append(this.#logs, { key: await newKey(vkey, this.#logs), ...place(url) });
  }

  async #addWitness([name, vkey, url, ...more]: readonly string[]): Promise<void> {
    if (name === undefined || vkey === undefined || more.length > 0) {
      throw new TypeError('expected: witness <name> <vkey> [<url>]');
    }
    const key = await newKey(vkey, this.#witnesses);
    if (!key.algorithm.isCosignature) throw new TypeError('the key of a witness must be one for cosignatures');
    this.#define(name);
    append(this.#witnesses, { name, key, ...place(url) });
  }

  #addGroup([name, count, ...members]: readonly string[]): void {
    if (name === undefined || count === undefined || members.length === 0) {
      throw new TypeError('expected: group <name> all|any|<k> <name>...');
    }
    for (const member of members) this.#takeIntoGroup(member);
    this.#define(name);
    append(this.#groups, { name, threshold: threshold(count, members.length), members });
  }

  #takeIntoGroup(member: string): void {
    const known = this.#names.get(member);
    if (known === undefined) throw new TypeError(`${JSON.stringify(member)} is not defined before`);
    if (known.grouped) throw new TypeError(`${JSON.stringify(member)} is a member twice`);
    known.grouped = true;
  }

  #setQuorum([name, ...more]: readonly string[]): void {
    if (name === undefined || more.length > 0) throw new TypeError('expected: quorum <name>|none');
    if (this.#quorum !== undefined) throw new TypeError('a second quorum');
    if (name !== 'none' && !this.#names.has(name)) throw new TypeError(`${JSON.stringify(name)} is not defined before`);
    this.#quorum = name;
  }

  #define(name: string): void {
    if (name === 'none' || this.#names.has(name)) throw new TypeError(`${JSON.stringify(name)} is defined twice`);
    this.#names.set(name, { grouped: false });
  }
}

/** The same public key under another name is still the same key. */
async function newKey(vkey: string, known: readonly { readonly key: VerifierKey }[]): Promise<VerifierKey> {
  const key = await parseVerifierKey(vkey);
  if (known.some((other) => equal(other.key.publicKey, key.publicKey))) throw new TypeError('the same key twice');
  return key;
}

function threshold(count: string, members: number): number {
  if (count === 'all') return members;
  if (count === 'any') return 1;
  if (!/^[1-9]\d*$/.test(count) || Number(count) > members) {
    throw new TypeError(`${JSON.stringify(count)} of ${members} members`);
  }
  return Number(count);
}

function place(url: string | undefined): { url?: string } {
  return url === undefined ? {} : { url };
}

function append<T>(list: T[], item: T): void {
  if (list.length === linesOfKindMax) throw new TypeError(`more than ${linesOfKindMax} lines of this kind`);
  list.push(item);
}
