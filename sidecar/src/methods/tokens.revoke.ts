import { SidecarError } from '../errors.ts';
import type { TokensRevokeParams } from '../generated/types.ts';
import type { RegisteredTokens } from '../identity/registered-tokens.ts';
import type { RevokedToken } from '../identity/revocations.ts';
import type { Handler } from '../request/context.ts';

/**
 * @param issuers names of the trusted issuers
 * @param requireRevocable throws when too few people could approve without that token
 * @param endStale ends the sessions whose credentials no longer hold and tells how many
 */
export function createTokensRevoke(
  tokens: Pick<RegisteredTokens, 'revoke'>,
  issuers: readonly string[],
  endStale: () => number,
  requireRevocable: (tokenSha256: string) => void,
): Handler<'tokens.revoke'> {
  return async (params, { principal, requestDigest, requireCurrent }) => {
    const token = revokedToken(params);
    if ('issuer' in token && !issuers.includes(token.issuer)) {
      throw new SidecarError('not_found', `issuer ${token.issuer}`);
    }
    if ('tokenSha256' in token) requireRevocable(token.tokenSha256);
    await tokens.revoke(token, { requestId: params.requestId, requestDigest, principal: principal.id, requireCurrent });
    return { sessions: endStale() };
  };
}

function revokedToken({ tokenSha256, issuer, jti }: TokensRevokeParams): RevokedToken {
  if (tokenSha256 !== undefined && issuer === undefined && jti === undefined) return { tokenSha256 };
  if (tokenSha256 === undefined && issuer !== undefined && jti !== undefined) return { issuer, jti };
  throw new SidecarError('invalid_params', 'either tokenSha256, or issuer and jti');
}
