/**
 * Why a checkpoint was not cosigned. The first four are for people; the others can pass by themselves.
 *
 * - `ahead`: the witness knows a larger tree, so this log was cut back or copied
 * - `inconsistent`: the witness saw another history under this origin
 * - `log_unknown`: the witness is not set up for this origin
 * - `signature_refused`: the witness trusts other keys for this origin
 * - `unavailable`: no answer in time, or one that asks for patience
 * - `malformed`: an answer that C2SP tlog-witness does not know
 * - `false_cosignature`: no valid cosignature by the key in the policy
 * - `no_proof`: the log could not prove its own growth
 */
export type SubmissionFailureKind =
  | 'ahead'
  | 'inconsistent'
  | 'log_unknown'
  | 'signature_refused'
  | 'unavailable'
  | 'malformed'
  | 'false_cosignature'
  | 'no_proof';

export interface SubmissionFailureOptions extends ErrorOptions {
  /** How long the witness wants to be left alone. */
  readonly retryAfterMs?: number;
}

const refusals: ReadonlySet<SubmissionFailureKind> = new Set([
  'ahead',
  'inconsistent',
  'log_unknown',
  'signature_refused',
]);
const contradictions: ReadonlySet<SubmissionFailureKind> = new Set(['ahead', 'inconsistent']);

export class SubmissionFailure extends Error {
  override readonly name = 'SubmissionFailure';
  readonly kind: SubmissionFailureKind;
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: SubmissionFailureKind,
    detail: string,
    { retryAfterMs, ...options }: SubmissionFailureOptions = {},
  ) {
    super(detail, options);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }

  /** Does not pass by itself. */
  get isRefusal(): boolean {
    return refusals.has(this.kind);
  }

  /** The witness has seen something else: the same checkpoint can never be cosigned. */
  get isContradiction(): boolean {
    return contradictions.has(this.kind);
  }
}
