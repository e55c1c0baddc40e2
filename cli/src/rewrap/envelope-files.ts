import { closeSync, lstatSync, openSync, readdirSync, readSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { mostHeadBytes, readEnvelopeHead } from '@ferrohsm/sdk/envelope';
import { unreadable } from '../input.ts';
import type { EnvelopeFile } from './envelope-draft.ts';
import { isAbandoned, isDraft } from './envelope-draft.ts';

/** `FHSM`: how an envelope begins, of whatever format. */
const magic = Buffer.from('FHSM');

/**
 * The regular files below a folder, in the order of their names; links are not followed. What a job that was
 * interrupted has left is removed after ten minutes; before, it may be of one that is alive.
 *
 * @throws CliError 66
 */
export function* filesBelow(folder: string): Generator<{ readonly path: string; readonly status: Stats }, void> {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory()) yield* filesBelow(path);
    else if (status?.isFile() && isDraft(name)) removeAbandoned(path, status);
    else if (status?.isFile()) yield { path, status };
  }
}

function removeAbandoned(draft: string, status: Stats): void {
  if (isAbandoned(status)) rmSync(draft, { force: true });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

/**
 * Reads the head of a file; undefined for what does not begin as an envelope.
 *
 * @throws CliError 66; FerroHsmError `data_invalid` for an envelope that is broken or of another format
 */
export async function envelopeIn(path: string, status: Stats): Promise<EnvelopeFile | undefined> {
  const start = startOf(path);
  if (!start.subarray(0, magic.length).equals(magic)) return undefined;
  const head = await readEnvelopeHead(start);
  return { path, status, head, name: head.keyId, wrapped: head.wrapped };
}

function startOf(path: string): Buffer<ArrayBuffer> {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const start = Buffer.alloc(mostHeadBytes);
      return start.subarray(0, readSync(descriptor, start, 0, start.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}
