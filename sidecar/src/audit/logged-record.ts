/** A record as it is stored. */
export interface LoggedRecord {
  /** The entry of the tree. */
  readonly leaf: Buffer;
  /** What the leaf's commitment to personal fields is opened with; empty when there is nothing to open. */
  readonly opening: Buffer;
}
