import { createHash, randomBytes } from 'node:crypto';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { writeOutputFile } from '../output-file.ts';

interface TokenCreateOptions extends GlobalOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly pin?: boolean;
}

const tokenBytes = 32;
/** Gives 31 characters: the engine of libp11 reads no more of a file with a PIN. */
const pinBytes = 23;

export const tokenCreate: CommandDescription = {
  usage: 'create',
  effect: 'change',
  summary: 'Make a bearer token; the sidecar holds only the digest that is printed.',
  examples: `
# The token for the workload, the digest for "tokenSha256" in principals.json
ferrohsm token create --out payments.token

# A PIN for applications that use PKCS#11
ferrohsm token create --pin --out payments.pin`,
  offline: true,
  options: (command) =>
    command
      .requiredOption('--out <file>', 'new file for the token, mode 0600')
      .option('--pin', 'of 31 characters, which every PKCS#11 client takes as PIN')
      .option('--force', 'replace an existing token'),
  action: local<TokenCreateOptions>(async ({ options, output }) => {
    const token = randomBytes(options.pin ? pinBytes : tokenBytes).toString('base64url');
    const tokenSha256 = createHash('sha256').update(token).digest('base64url');
    writeOutputFile(options.out, Buffer.from(`${token}\n`), { secret: true, ...options });
    await output.result({ tokenSha256 }, tokenSha256);
  }),
};
