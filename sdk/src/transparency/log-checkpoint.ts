import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import type { LogSource } from './tile-source.ts';

/** With the file as it is. */
export type LogCheckpoint = SignedCheckpoint & { readonly text: string };

/**
 * The checkpoint that a log states now, not verified.
 *
 * @throws DamagedLogError when it is missing or malformed
 */
export async function readCheckpoint(source: LogSource): Promise<LogCheckpoint> {
  const bytes = await source.read('checkpoint');
  const checkpoint = bytes === undefined ? undefined : parseCheckpoint(bytes);
  if (checkpoint === undefined) {
    throw new DamagedLogError(`checkpoint: ${bytes === undefined ? 'missing' : 'malformed'}`);
  }
  return { ...checkpoint, text: new TextDecoder().decode(bytes) };
}
