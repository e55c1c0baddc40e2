import type { Lane } from './job.ts';
import { perform } from './perform.ts';

/** The calling thread: for operations that cost less than a hop to another one. */
export const inlineLane: Lane = Object.freeze({ run: perform, close: async () => undefined } satisfies Lane);
