/** Where exported records go. */
export interface Sink {
  /**
   * Resolves when the sink has all messages; those of a failed call may be there in part, or twice after the next one.
   *
   * @throws SinkError
   */
  deliver(messages: readonly string[], signal: AbortSignal): Promise<void>;
  /** Opens the place again at the next delivery, as after logrotate. */
  reopen(): void;
  close(): Promise<void>;
}

/** A sink did not take messages. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
  /** Whether the same messages may be taken later. */
  readonly isTemporary: boolean;
  /** How long the sink asks to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { isTemporary = true, retryAfterMs, cause }: SinkErrorOptions = {}) {
    super(message, { cause });
    this.isTemporary = isTemporary;
    this.retryAfterMs = retryAfterMs;
  }
}

interface SinkErrorOptions {
  readonly isTemporary?: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}
