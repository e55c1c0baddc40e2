import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type CommandDescription, local } from '../command.ts';
import { connectSidecar } from '../connection.ts';
import type { GlobalOptions } from '../global-options.ts';
import { readInput } from '../input.ts';
import { writeOutputFile } from '../output-file.ts';

interface TokenRegisterOptions extends GlobalOptions {
  readonly invitation: string;
  readonly out: string;
}

const tokenBytes = 32;
const invitationLimitBytes = 1024;

export const tokenRegister: CommandDescription = {
  usage: 'register',
  effect: 'change',
  summary: 'Make a bearer token and register it with an invitation; the sidecar learns only its digest.',
  examples: `
ferrohsm token register --invitation ci.invitation --out ci.token --url wss://hsm.example:7420`,
  options: (command) =>
    command
      .requiredOption('--invitation <file>', 'made by: ferrohsm token invite')
      .requiredOption('--out <file>', 'new file for the token, mode 0600'),
  action: local<TokenRegisterOptions>(async ({ options, output }) => {
    const invitation = readInput(options.invitation, invitationLimitBytes).toString('latin1').trim();
    const token = randomBytes(tokenBytes).toString('base64url');
    // It is on disk before it is registered: an invitation is good only once.
    writeOutputFile(options.out, Buffer.from(`${token}\n`), { secret: true, dryRun: options.dryRun });
    const { principal } = await registered(options, token, invitation);
    const tokenSha256 = createHash('sha256').update(token).digest('base64url');
    await output.result({ principal, tokenSha256 }, '');
    output.note(`${options.out} holds the token of ${principal.id}`);
  }),
};

async function registered(options: TokenRegisterOptions, token: string, invitation: string) {
  try {
    const sidecar = await connectSidecar(options, { token, invitation });
    try {
      return await sidecar.session.whoami();
    } finally {
      await sidecar.close();
    }
  } catch (error) {
    rmSync(options.out, { force: true });
    throw error;
  }
}
