import type { PolicyFinding } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { CliError } from '../errors.ts';
import { policyText } from '../policy-input.ts';

export const policyCheck: CommandDescription = {
  usage: 'check [file]',
  summary: 'Say what is wrong with policies without loading them; exit status 65 when something is.',
  examples: `
# Before a change is asked for
ferrohsm policy check policy.cedar`,
  action: connected<object, [string | undefined]>(async ({ sidecar, output }, file) => {
    const result = await sidecar.policy.check(policyText(file));
    await output.result(result, result.findings.map((finding) => findingText(file ?? '-', finding)).join('\n'));
    if (result.findings.length > 0) throw new CliError(65, 'the policies are not valid', 'correct what is listed');
    output.note('the policies are valid');
  }),
};

/** As compilers say it, so that editors find the place. */
function findingText(file: string, { policy, line, reason }: PolicyFinding): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return `${place}: ${policy === undefined ? '' : `${policy}: `}${reason}`;
}
