import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { NeedleSearch } from './needle-search.ts';
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

const pageBytes = 4096;
const windowBytes = 1024 * pageBytes;
/** Longest needle. */
const overlapBytes = 128;
/** Bits 62 and 63 of an entry of /proc/PID/pagemap: in swap, in memory. */
const isThere = 0xc0;

/**
 * Looks for needles in all memory of a process that it can write. The process is stopped meanwhile.
 *
 * @throws the system's error where this process may not read the other's memory
 */
export function findInMemory(pid: number, needles: readonly Needle[]): Finding[] {
  const search = new NeedleSearch(needles);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const pages = openSync(`/proc/${pid}/pagemap`, 'r');
  process.kill(pid, 'SIGSTOP');
  try {
    const ranges = writableRanges(pid).flatMap((range) => usedRanges(pages, range));
    return ranges.flatMap((range) => findInRange(memory, range, search));
  } finally {
    process.kill(pid, 'SIGCONT');
    closeSync(pages);
    closeSync(memory);
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

/** The parts of a range that were ever written: of its gigabytes an engine uses little. */
function usedRanges(pages: number, { start, end, mapping }: Range): Range[] {
  const entries = Buffer.alloc(((end - start) / pageBytes) * 8);
  readSync(pages, entries, 0, entries.length, (start / pageBytes) * 8);
  const used: { start: number; end: number; mapping: string }[] = [];
  for (let page = 0; page * 8 < entries.length; page++) {
    if (((entries[page * 8 + 7] as number) & isThere) === 0) continue;
    const address = start + page * pageBytes;
    const last = used.at(-1);
    if (last?.end === address) last.end += pageBytes;
    else used.push({ start: address, end: address + pageBytes, mapping });
  }
  return used;
}

function findInRange(memory: number, { start, end, mapping }: Range, search: NeedleSearch): Finding[] {
  const found: Finding[] = [];
  const window = Buffer.alloc(Math.min(end - start, windowBytes + overlapBytes));
  for (let from = start; from < end; from += windowBytes) {
    const length = readSync(memory, window, 0, Math.min(window.length, end - from), from);
    for (const { needle, offset } of search.in(window.subarray(0, length))) {
      // What begins in the overlap is found in the next window.
      if (offset >= windowBytes) continue;
      found.push({ secret: needle.secret, form: needle.form, address: from + offset, mapping });
    }
  }
  return found;
}
