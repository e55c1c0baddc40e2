import { SidecarError } from '../../errors.ts';
import type { Job, JobResult, Lane, OperationName } from './job.ts';

export interface LaneLoad {
  /** Jobs that wait or run. */
  readonly depth: number;
  /** Jobs that were given to the lane. */
  readonly jobs: number;
  /** Jobs that it refused because it was full. */
  readonly refusals: number;
}

/** A lane that knows how much it has to do. */
export class WatchedLane implements Lane, LaneLoad {
  readonly #lane: Lane;
  depth = 0;
  jobs = 0;
  refusals = 0;

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  async run<O extends OperationName>(job: Job<O>, asker?: object): Promise<JobResult<O>> {
    this.jobs += 1;
    this.depth += 1;
    try {
      return await this.#lane.run(job, asker);
    } catch (error) {
      if (error instanceof SidecarError && error.code === 'quota_exceeded') this.refusals += 1;
      throw error;
    } finally {
      this.depth -= 1;
    }
  }

  close(): Promise<void> {
    return this.#lane.close();
  }
}
