/** A log whose files are missing, malformed, or do not fit its checkpoint; the message names the file. */
export class DamagedLogError extends Error {
  override readonly name: string = 'DamagedLogError';
}

/** The first entry that is not what the log's root covers. */
export class DamagedEntryError extends DamagedLogError {
  override readonly name = 'DamagedEntryError';
  readonly index: number;

  /** @param reason what is wrong with it, for example `it was changed` */
  constructor(index: number, reason: string) {
    super(`entry ${index}: ${reason}`);
    this.index = index;
  }
}
