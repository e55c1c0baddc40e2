import type { RegisteredTokens } from '../identity/registered-tokens.ts';
import type { Handler } from '../request/context.ts';

export function createTokensInvite(tokens: Pick<RegisteredTokens, 'invite'>): Handler<'tokens.invite'> {
  return async ({ requestId, ...wish }, { principal, requestDigest }) =>
    tokens.invite(wish, { requestId, requestDigest, principal: principal.id });
}
