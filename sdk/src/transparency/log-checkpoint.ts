import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import type { LogSource } from './tile-source.ts';

/** With the file as it is. */
export type LogCheckpoint = SignedCheckpoint & { readonly text: string };

/** The checkpoint that a log states now, not verified; or why there is none. */
export async function findCheckpoint(source: LogSource): Promise<LogCheckpoint | 'missing' | 'malformed'> {
  const bytes = await source.read('checkpoint');
  if (bytes === undefined) return 'missing';
  const checkpoint = parseCheckpoint(bytes);
  return checkpoint === undefined ? 'malformed' : { ...checkpoint, text: new TextDecoder().decode(bytes) };
}

/**
 * The same where there must be one.
 *
 * @throws DamagedLogError when it is missing or malformed
 */
export async function readCheckpoint(source: LogSource): Promise<LogCheckpoint> {
  const found = await findCheckpoint(source);
  if (typeof found === 'string') throw new DamagedLogError(`checkpoint: ${found}`);
  return found;
}
