/** A checkpoint of the own log that asks for cosignatures. */
export interface CosignedTree {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** The text that is signed; ends with a newline (C2SP tlog-checkpoint "Note text"). */
  readonly body: string;
  /** With the log's signature lines. */
  readonly note: string;
}

/** Takes a checkpoint apart that the log itself has just signed. */
export function cosignedTree(note: string, origin: string, size: number): CosignedTree {
  const body = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const [, , root = ''] = body.split('\n');
  return { origin, size, root: Buffer.from(root, 'base64'), body, note };
}
