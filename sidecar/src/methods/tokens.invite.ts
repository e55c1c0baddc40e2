import { SidecarError } from '../errors.ts';
import type { RegisteredTokens } from '../identity/registered-tokens.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

/**
 * Only workloads are invited. Whoever invites could redeem the invitation: with that of a person one would be two, and
 * approve oneself.
 */
export function createTokensInvite(
  tokens: Pick<RegisteredTokens, 'invite'>,
  isPerson: (principal: string) => boolean,
): Handler<'tokens.invite'> {
  return async ({ requestId, ...wish }, execution) => {
    if (isPerson(wish.principal)) {
      throw new SidecarError(
        'not_supported',
        `${wish.principal} is a person; give people credentials with principals.set`,
      );
    }
    return tokens.invite(wish, changeRequest(requestId, execution));
  };
}
