import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { LogSource } from '../../sdk/src/transparency/transparency.ts';
import { temporaryFolder } from '../../sidecar/src/audit/test-log.ts';
import { verifyLogWithGo } from '../go/verify-with-go.ts';

/** The public files of a log by their paths, in memory. */
export type LogFiles = ReadonlyMap<string, Buffer>;

/** Reads the checkpoint and the tiles of a log's folder: what an outsider gets. */
export function readLogFiles(folder: string): LogFiles {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const named = files.map((file) => [relative(folder, file).split(sep).join('/'), readFileSync(file)] as const);
  return new Map(named.filter(([path]) => path === 'checkpoint' || path.startsWith('tile/')));
}

/** The log with some files replaced; one without content is missing. */
export function altered(files: LogFiles, changes: Readonly<Record<string, Buffer | undefined>>): LogFiles {
  const all = new Map(files);
  for (const [path, content] of Object.entries(changes)) {
    if (content === undefined) all.delete(path);
    else all.set(path, content);
  }
  return all;
}

export function sourceOf(files: LogFiles): LogSource {
  return { read: async (path) => files.get(path) };
}

/** A file that the log has. */
export function fileOf(files: LogFiles, path: string): Buffer {
  const content = files.get(path);
  if (content === undefined) throw new Error(`the log has no ${path}`);
  return content;
}

/** One bit of each of these bytes, another one from byte to byte. */
export function* flips(content: Buffer, places: readonly number[]): Generator<Buffer> {
  for (const at of places) {
    const copy = Buffer.from(content);
    copy[at] = (copy[at] as number) ^ (1 << ((at * 5 + 2) % 8));
    yield copy;
  }
}

/** Entries of a bundle, each with its length before it. */
export function splitBundle(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 + bundle.readUInt16BE(at);
    entries.push(bundle.subarray(at, end));
    at = end;
  }
  return entries;
}

/** What the Go program says of a log, which is written out for it. */
export async function isRefusedByGo(files: LogFiles, keys: readonly string[]): Promise<boolean> {
  using folder = temporaryFolder();
  for (const [path, content] of files) {
    mkdirSync(join(folder.path, dirname(path)), { recursive: true });
    writeFileSync(join(folder.path, path), content);
  }
  return !(await verifyLogWithGo(folder.path, keys)).ok;
}
