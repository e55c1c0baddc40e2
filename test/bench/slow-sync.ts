import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Preload of a sidecar, imported as `slow-sync.ts?ms=5`: every write that waits for the disk takes so many milliseconds
 * longer, as on a slower disk. The product has no such switch. The log's writes are delayed, which is all that an answer
 * of a pure use waits for; SQLite syncs by itself and is not.
 */
const delayMs = Number(new URL(import.meta.url).searchParams.get('ms'));
const { open, close, write, writeSync, fdatasync } = fs;

/** Descriptors whose writes return when they are on stable storage. */
const durable = new Set<number>();
const clock = new Int32Array(new SharedArrayBuffer(4));

type Callback = (error: Error | null, ...results: unknown[]) => void;
type Call = (...words: unknown[]) => void;

/** The callback comes last. */
function later(words: readonly unknown[]): unknown[] {
  const callback = words.at(-1) as Callback;
  return [...words.slice(0, -1), (...results: Parameters<Callback>) => setTimeout(callback, delayMs, ...results)];
}

function openNoting(...words: unknown[]): void {
  const callback = words.at(-1) as Callback;
  const isDurable = typeof words[1] === 'number' && (words[1] & fs.constants.O_DSYNC) === fs.constants.O_DSYNC;
  const noting: Callback = (error, descriptor) => {
    if (error === null && isDurable) durable.add(descriptor as number);
    callback(error, descriptor);
  };
  (open as Call)(...words.slice(0, -1), noting);
}

function closeNoting(...words: unknown[]): void {
  durable.delete(words[0] as number);
  (close as Call)(...words);
}

/** On the calling thread, which a slow disk holds up as well. */
function writeSyncSlowly(...words: unknown[]): number {
  const written = (writeSync as (...words: unknown[]) => number)(...words);
  if (durable.has(words[0] as number)) Atomics.wait(clock, 0, 0, delayMs);
  return written;
}

const slowed: Readonly<Record<string, Call | typeof writeSyncSlowly>> = {
  open: openNoting,
  close: closeNoting,
  write: (...words) => (write as Call)(...(durable.has(words[0] as number) ? later(words) : words)),
  writeSync: writeSyncSlowly,
  fdatasync: (...words) => (fdatasync as Call)(...later(words)),
};

Object.assign(fs, slowed);
syncBuiltinESMExports();
