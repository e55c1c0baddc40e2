/** A log whose files are missing, malformed, or do not fit its checkpoint; the message names the file. */
export class DamagedLogError extends Error {
  override readonly name: string = 'DamagedLogError';
}
