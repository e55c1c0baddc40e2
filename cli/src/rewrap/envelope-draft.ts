import { randomBytes } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EnvelopeHead, KeptDataKey } from '@ferrohsm/sdk/envelope';
import { CliError } from '../errors.ts';
import { unwritable } from '../output-file.ts';
import { syncFolder } from '../witness/checkpoint-file.ts';
import { isUnchanged } from './file-state.ts';

/** An envelope in a file. */
export interface EnvelopeFile extends KeptDataKey {
  readonly path: string;
  readonly status: Stats;
  readonly head: EnvelopeHead;
}

/** Whether a file is one that {@link replaceHead} writes, or was writing when it was killed. */
export function isDraft(name: string): boolean {
  return /\.[0-9a-f]{12}\.rewrap$/.test(name);
}

const longestPauseMs = 600_000;

/** Whether nobody writes a draft any more: a job that is alive does without a pause. */
export function isAbandoned({ mtimeMs }: Stats): boolean {
  return Date.now() - mtimeMs > longestPauseMs;
}

/**
 * Puts the same envelope with another head into the place of a file, wholly or not at all. Mode and owner stay. Once this has
 * resolved, no crash brings the old head back.
 *
 * @throws CliError 73, and 75 when somebody else has changed the file
 */
export async function replaceHead(file: EnvelopeFile, wrapped: Uint8Array): Promise<void> {
  const draft = `${file.path}.${randomBytes(6).toString('hex')}.rewrap`;
  try {
    await writeDraft(draft, file, wrapped);
    if (!isUnchanged(await stat(file.path), file.status)) {
      throw new CliError(75, `${file.path} was changed meanwhile`, 'run the job again');
    }
    await rename(draft, file.path);
    await syncFolder(dirname(file.path));
  } catch (error) {
    await rm(draft, { force: true });
    throw error instanceof CliError ? error : unwritable(file.path, error);
  }
}

async function writeDraft(draft: string, { path, status, head }: EnvelopeFile, wrapped: Uint8Array): Promise<void> {
  await using handle = await open(draft, 'wx', 0o600);
  await writeAll(handle, head.with(wrapped));
  for await (const chunk of createReadStream(path, { start: head.lengthBytes }))
    await writeAll(handle, chunk as Buffer);
  const own = await handle.stat();
  if (own.uid !== status.uid || own.gid !== status.gid) await handle.chown(status.uid, status.gid);
  await handle.chmod(status.mode & 0o7777);
  await handle.sync();
}

/** A full disk shortens a write without an error; the next one tells. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
}
