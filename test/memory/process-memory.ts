import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Needle } from './needles.ts';

/** A needle that is in a process. */
export interface Finding {
  readonly secret: string;
  readonly form: string;
  readonly address: number;
  /** What is mapped there, empty for memory without a name. */
  readonly mapping: string;
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly mapping: string;
}

const windowBytes = 4 << 20;
/** Longest needle. */
const overlapBytes = 128;
/** Bits of the first four bytes that tell at once, for nearly every place, that no needle begins there. */
const filterBits = 20;

/**
 * Looks for needles in all memory of a process that it can write. The process is stopped meanwhile.
 *
 * @throws the system's error where this process may not read the other's memory
 */
export function findInMemory(pid: number, needles: readonly Needle[]): Finding[] {
  const index = new Index(needles);
  process.kill(pid, 'SIGSTOP');
  try {
    return writableRanges(pid).flatMap((range) => findInRange(pid, range, index));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

function writableRanges(pid: number): Range[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').trimEnd().split('\n');
  return lines.flatMap((line) => {
    const [, start, end, mapping = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \d+ *(.*)$/.exec(line) ?? [];
    if (start === undefined || end === undefined) return [];
    return [{ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16), mapping }];
  });
}

function findInRange(pid: number, { start, end, mapping }: Range, index: Index): Finding[] {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const window = Buffer.alloc(windowBytes + overlapBytes);
  try {
    const found: Finding[] = [];
    for (let from = start; from < end; from += windowBytes) {
      const length = readSync(memory, window, 0, Math.min(window.length, end - from), from);
      for (const { needle, offset } of index.in(window.subarray(0, length))) {
        // What begins in the overlap is found in the next window.
        if (offset >= windowBytes) continue;
        found.push({ secret: needle.secret, form: needle.form, address: from + offset, mapping });
      }
    }
    return found;
  } finally {
    closeSync(memory);
  }
}

/** Many needles to be looked for in one pass. */
class Index {
  readonly #filter = new Uint8Array(1 << filterBits);
  /** By their first four bytes. */
  readonly #needles = new Map<number, Needle[]>();

  constructor(needles: readonly Needle[]) {
    for (const needle of needles) {
      const start = needle.bytes.readInt32BE(0);
      this.#filter[slotOf(start)] = 1;
      this.#needles.set(start, [...(this.#needles.get(start) ?? []), needle]);
    }
  }

  in(window: Buffer): { readonly needle: Needle; readonly offset: number }[] {
    const found: { needle: Needle; offset: number }[] = [];
    let start = 0;
    for (let end = 0; end < window.length; end++) {
      start = (start << 8) | (window[end] as number);
      if (this.#filter[slotOf(start)] === 0 || end < 3) continue;
      for (const needle of this.#needles.get(start) ?? []) {
        const offset = end - 3;
        if (needle.bytes.equals(window.subarray(offset, offset + needle.bytes.length))) found.push({ needle, offset });
      }
    }
    return found;
  }
}

function slotOf(start: number): number {
  return Math.imul(start, 0x9e3779b1) >>> (32 - filterBits);
}
