import { type CommandDescription, connected } from '../command.ts';
import { usageError } from '../errors.ts';

interface TokenRevokeOptions {
  readonly sha256?: string;
  readonly issuer?: string;
  readonly jti?: string;
}

export const tokenRevoke: CommandDescription = {
  usage: 'revoke',
  effect: 'weighty',
  summary: 'Revoke a registered token or a JWT; sessions that came by it end.',
  examples: `
# A registered token, by its SHA-256 in base64url
ferrohsm token revoke --sha256 BbBq...

# A JWT
ferrohsm token revoke --issuer ci --jti 0b4c...`,
  options: (command) =>
    command
      .option('--sha256 <digest>', 'digest of a registered token, base64url')
      .option('--issuer <name>', 'issuer of a JWT')
      .option('--jti <id>', 'id of a JWT'),
  action: connected<TokenRevokeOptions>(async ({ sidecar, options, output }) => {
    const sessions = (await sidecar.tokens.revoke(tokenOf(options))) ?? 0;
    await output.result({ sessions }, '');
    output.note(sessions === 1 ? '1 session ended' : `${sessions} sessions ended`);
  }),
};

function tokenOf({ sha256, issuer, jti }: TokenRevokeOptions) {
  if (sha256 !== undefined && issuer === undefined && jti === undefined) return { tokenSha256: sha256 };
  if (sha256 === undefined && issuer !== undefined && jti !== undefined) return { issuer, jti };
  throw usageError('say which token', 'give --sha256, or --issuer with --jti');
}
