import { SubmissionFailure } from './submission-failure.ts';

/** What a witness said to `add-checkpoint`. */
export interface WitnessAnswer {
  readonly status: number;
  readonly body: string;
  /** The header Retry-After, where it counts seconds (RFC 9110 section 10.2.3). */
  readonly retryAfterMs?: number;
}

const mostBytes = 65_536;

/**
 * Reads an answer to its end, so that the connection can be used again.
 *
 * @throws SubmissionFailure `malformed` when it is longer than 64 KiB
 */
export async function readAnswer(response: Response): Promise<WitnessAnswer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop cancels the rest.
    if (length > mostBytes) throw new SubmissionFailure('malformed', `an answer of more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  const [seconds] = /^\d{1,6}$/.exec(response.headers.get('retry-after') ?? '') ?? [];
  return {
    status: response.status,
    body: Buffer.concat(chunks).toString('utf8'),
    ...(seconds !== undefined && { retryAfterMs: Number(seconds) * 1000 }),
  };
}

/**
 * The size that a 409 tells: of the largest tree that the witness has cosigned.
 *
 * @throws SubmissionFailure `malformed`
 */
export function conflictSize({ body }: WitnessAnswer): number {
  const [, digits] = /^(0|[1-9]\d*)\n$/.exec(body) ?? [];
  const size = Number(digits);
  if (!Number.isSafeInteger(size)) throw new SubmissionFailure('malformed', 'a conflict without a size');
  return size;
}

/** The signature lines of a 200, without their newlines. */
export function signatureLines({ body }: WitnessAnswer): readonly string[] {
  return body.split('\n').slice(0, -1);
}

/** What any other status means (C2SP tlog-witness "add-checkpoint"). */
export function failureOf({ status, retryAfterMs }: WitnessAnswer): SubmissionFailure {
  switch (status) {
    case 403:
      return new SubmissionFailure('signature_refused', 'the witness trusts other keys for this log');
    case 404:
      return new SubmissionFailure('log_unknown', 'the witness does not know this log');
    case 422:
      return new SubmissionFailure('inconsistent', 'the witness saw another history of this log');
    default: {
      const kind = status === 429 || status >= 500 ? 'unavailable' : 'malformed';
      return new SubmissionFailure(kind, `HTTP status ${status}`, retryAfterMs === undefined ? {} : { retryAfterMs });
    }
  }
}
