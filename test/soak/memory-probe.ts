import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import type { LiveMemory } from './live-memory.ts';

/**
 * Loaded into the sidecar before its own program: on SIGUSR2 it collects garbage in every thread and writes what is left
 * into the file that the search of its URL names. What the process keeps of freed memory does not count.
 */

const path = fileURLToPath(new URL(import.meta.url).searchParams.get('to') ?? '');
const workers = new Set<Worker>();
process.on('worker', (worker) => {
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
});
v8.setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const library = process.getBuiltinModule('node:ffi').dlopen(null, {
  fopen: { arguments: ['pointer', 'pointer'], return: 'pointer' },
  fclose: { arguments: ['pointer'], return: 'int32' },
  malloc_info: { arguments: ['int32', 'pointer'], return: 'int32' },
});

process.on('SIGUSR2', () => void report());

async function report(): Promise<void> {
  let heapBytes = 0;
  for (const worker of workers) heapBytes += await liveHeapOf(worker);
  collect();
  // Memory of array buffers is freed by another thread after the collection.
  await new Promise((resolve) => setTimeout(resolve, 200));
  collect();
  heapBytes += process.memoryUsage().heapUsed;
  const live: LiveMemory = { heapBytes, nativeBytes: nativeBytes() };
  writeFileSync(`${path}.new`, JSON.stringify(live));
  renameSync(`${path}.new`, path);
}

/** Taking a snapshot collects first. */
async function liveHeapOf(worker: Worker): Promise<number> {
  for await (const _ of await worker.getHeapSnapshot());
  return (await worker.getHeapStatistics()).used_heap_size;
}

/** Bytes that the C library has given out: array buffers of all threads, OpenSSL, SQLite and the rest. */
function nativeBytes(): number {
  const { fopen, fclose, malloc_info: writeInfo } = library.functions;
  const file = fopen(Buffer.from(`${path}.xml\0`), Buffer.from('w\0'));
  writeInfo(0, file);
  fclose(file);
  const xml = readFileSync(`${path}.xml`, 'utf8');
  const totals = xml.slice(xml.lastIndexOf('</heap>'));
  const sizeOf = (type: string) => Number(new RegExp(`type="${type}"[^>]* size="(\\d+)"`).exec(totals)?.[1]);
  return sizeOf('current') - sizeOf('fast') - sizeOf('rest') + sizeOf('mmap');
}
