/** An operation, ready to be called again and again. */
export interface Calls {
  readonly call: () => unknown;
  /** What one caller alone had better use. */
  readonly lone?: () => unknown;
}

/** A way to do the operations, as the client process of one side knows it. */
export interface Backend extends AsyncDisposable {
  /**
   * Makes the key and does the operation once.
   *
   * @param operation its id
   */
  prepare(operation: string): Promise<Calls>;
}
