import { type CommandDescription, connected } from '../command.ts';
import { isoTime } from '../named-key.ts';
import { wholeNumber } from '../option-values.ts';
import { writeOutputFile } from '../output-file.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface TokenInviteOptions extends WaitOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly expires?: number;
  readonly tokenLifetime?: number;
}

export const tokenInvite: CommandDescription = {
  usage: 'invite <principal>',
  effect: 'change',
  summary: 'Make an invitation to register one token for a principal. Needs the approval of other people.',
  examples: `
# Here
ferrohsm token invite ci --out ci.invitation --wait

# There, where the token will be used: it never leaves that host
ferrohsm token register --invitation ci.invitation --out ci.token`,
  options: (command) =>
    addWaitOption(
      command
        .requiredOption('--out <file>', 'new file for the invitation, mode 0600')
        .option('--force', 'replace an existing file')
        .option('--expires <seconds>', 'lifetime of the invitation (default 3600)', wholeNumber(60, 604_800))
        .option('--token-lifetime <seconds>', 'lifetime of the token (default 30 days)', wholeNumber(60, 31_536_000)),
    ),
  action: connected<TokenInviteOptions, [string]>(async (context, principal) => {
    const { out, force, expires, tokenLifetime } = context.options;
    const { enrolment, expiresAt } = await clientsOf(context).tokens.invite(principal, {
      ...(expires !== undefined && { expiresInSeconds: expires }),
      ...(tokenLifetime !== undefined && { tokenSeconds: tokenLifetime }),
    });
    const bytes = Buffer.from(enrolment.buffer, enrolment.byteOffset, enrolment.byteLength);
    try {
      writeOutputFile(out, Buffer.from(`${bytes.toString('base64url')}\n`), { secret: true, force });
    } finally {
      bytes.fill(0);
    }
    await context.output.result({ expiresAt }, '');
    context.output.note(`the invitation is good once, until ${isoTime(expiresAt)}`);
  }),
};
