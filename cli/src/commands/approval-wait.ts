import { type CommandDescription, connected } from '../command.ts';
import { CliError } from '../errors.ts';
import { wholeNumber } from '../option-values.ts';

export const approvalWait: CommandDescription = {
  usage: 'wait <id>',
  summary: 'Wait until other people have approved; fails when they cannot any more.',
  examples: `
# Then the operation goes through
ferrohsm approval wait apr_06ef... && ferrohsm key export vault/master --format raw-secret --out master.key`,
  options: (command) => command.option('--timeout <seconds>', 'give up after so long', wholeNumber(1, 86_400)),
  action: connected<{ timeout?: number }, [string]>(async ({ sidecar, options, output }, id) => {
    const { timeout } = options;
    const signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
    const approval = await sidecar.approvals.wait(id, { signal }).catch((error: unknown) => {
      throw signal?.aborted ? new CliError(75, `nobody decided ${id} within ${timeout} s`, 'wait again') : error;
    });
    await output.result({ approval }, '');
    output.note(`${id} is approved`);
  }),
};
