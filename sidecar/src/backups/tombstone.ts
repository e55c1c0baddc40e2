/** A version of a key that the log says is destroyed. */
export interface Tombstone {
  readonly keyId: string;
  readonly version: number;
}
