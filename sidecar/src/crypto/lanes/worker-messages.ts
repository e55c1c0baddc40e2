import type { ErrorCode } from '../../generated/errors.ts';
import type { Job, JobResult } from './job.ts';

/** One job on its way to a worker. */
export interface PostedJob {
  readonly id: number;
  readonly job: Job;
}

/** Its outcome on the way back: a refusal keeps its code, anything else is handed over as it was thrown. */
export type PostedOutcome =
  | { readonly id: number; readonly result: JobResult }
  | { readonly id: number; readonly code: ErrorCode; readonly detail: string | undefined }
  | { readonly id: number; readonly fault: unknown };
