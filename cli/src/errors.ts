/** Refused by the command line itself, before or after the sidecar had its say. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitStatus: number;
  /** The next step for the reader. */
  readonly hint: string | undefined;

  constructor(exitStatus: number, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.exitStatus = exitStatus;
    this.hint = hint;
  }
}

/** The command was written wrongly: exit status 2. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(2, message, hint);
}

/** The code of a failed system call, for example `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
