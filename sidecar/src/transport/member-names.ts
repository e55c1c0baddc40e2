/** Names of one object that are compared one by one; a larger object gets a Set. */
const listed = 16;

/**
 * The member names of the objects that are open while JSON is scanned, kept as ranges of the scanned bytes, so that an
 * ordinary message allocates nothing. From the 17th name on, or at the first escape, an object's names go into a Set:
 * no object costs quadratic time, and V8 seeds the hashes of strings.
 */
export class MemberNames {
  readonly #hashes: Int32Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #counts: Int32Array;
  readonly #sets: (Set<string> | undefined)[];

  constructor(depth: number) {
    this.#hashes = new Int32Array(depth * listed);
    this.#starts = new Int32Array(depth * listed);
    this.#ends = new Int32Array(depth * listed);
    this.#counts = new Int32Array(depth);
    this.#sets = new Array<Set<string> | undefined>(depth).fill(undefined);
  }

  open(level: number): void {
    this.#counts[level] = 0;
    this.#sets[level] = undefined;
  }

  /** Lets go of what a scan left behind. */
  clear(): void {
    this.#sets.fill(undefined);
  }

  /** Adds the name between the quotes; false when the object has it already. `bytes` must be valid UTF-8. */
  add(level: number, bytes: Buffer, start: number, end: number, escaped: boolean): boolean {
    const count = this.#counts[level] as number;
    if (!escaped && count < listed && this.#sets[level] === undefined) {
      return this.#addRange(level, count, bytes, start, end);
    }
    const names = this.#sets[level] ?? this.#asSet(level, bytes);
    const size = names.size;
    return names.add(decodeName(bytes, start, end, escaped)).size > size;
  }

  #addRange(level: number, count: number, bytes: Buffer, start: number, end: number): boolean {
    const hash = hashOf(bytes, start, end);
    const first = level * listed;
    for (let slot = first; slot < first + count; slot += 1) {
      if (this.#hashes[slot] === hash && this.#equals(slot, bytes, start, end)) return false;
    }
    this.#hashes[first + count] = hash;
    this.#starts[first + count] = start;
    this.#ends[first + count] = end;
    this.#counts[level] = count + 1;
    return true;
  }

  #equals(slot: number, bytes: Buffer, start: number, end: number): boolean {
    const otherStart = this.#starts[slot] as number;
    if ((this.#ends[slot] as number) - otherStart !== end - start) return false;
    for (let offset = 0; offset < end - start; offset += 1) {
      if (bytes[otherStart + offset] !== bytes[start + offset]) return false;
    }
    return true;
  }

  #asSet(level: number, bytes: Buffer): Set<string> {
    const names = new Set<string>();
    const first = level * listed;
    for (let slot = first; slot < first + (this.#counts[level] as number); slot += 1) {
      names.add(decodeName(bytes, this.#starts[slot] as number, this.#ends[slot] as number, false));
    }
    this.#sets[level] = names;
    return names;
  }
}

/** The name that JSON.parse will see. */
export function decodeName(bytes: Buffer, start: number, end: number, escaped: boolean): string {
  return escaped ? JSON.parse(bytes.toString('utf8', start - 1, end + 1)) : bytes.toString('utf8', start, end);
}

/** FNV-1a; a collision only costs a comparison. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
}
