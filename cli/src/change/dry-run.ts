import type { Output } from '../output.ts';

/** Ends a dry run where the command would have changed something. */
export class DryRunEnd extends Error {
  override readonly name = 'DryRunEnd';
  /** For `--json`. */
  readonly planned: object;
  /** What would be done, in words; the first line goes on after "would". */
  readonly words: readonly string[];

  constructor(planned: object, words: readonly string[]) {
    super('dry run');
    this.planned = planned;
    this.words = words;
  }
}

/** Runs a command to its end, or in a dry run to where it would change something, and says what that is. */
export async function orRehearsed(output: Output, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof DryRunEnd)) throw error;
    await output.result({ dryRun: true, ...error.planned }, `would ${error.words.join('\n')}`);
    output.note('dry run: nothing was changed');
  }
}
