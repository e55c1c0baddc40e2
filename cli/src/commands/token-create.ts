import { createHash, randomBytes } from 'node:crypto';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { writeOutputFile } from '../output-file.ts';

interface TokenCreateOptions extends GlobalOptions {
  readonly out: string;
  readonly force?: boolean;
}

const tokenBytes = 32;

export const tokenCreate: CommandDescription = {
  usage: 'create',
  effect: 'change',
  summary: 'Make a bearer token; the sidecar holds only the digest that is printed.',
  examples: `
# The token for the workload, the digest for "tokenSha256" in principals.json
ferrohsm token create --out payments.token`,
  offline: true,
  options: (command) =>
    command
      .requiredOption('--out <file>', 'new file for the token, mode 0600')
      .option('--force', 'replace an existing token'),
  action: local<TokenCreateOptions>(async ({ options, output }) => {
    const token = randomBytes(tokenBytes).toString('base64url');
    const tokenSha256 = createHash('sha256').update(token).digest('base64url');
    writeOutputFile(options.out, Buffer.from(`${token}\n`), { secret: true, ...options });
    await output.result({ tokenSha256 }, tokenSha256);
  }),
};
