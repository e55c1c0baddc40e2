import type { TokensInviteParams, TokensInviteResult, TokensRevokeParams } from '../generated/types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** How long an invitation and its token are good. */
export type InvitationOptions = Pick<TokensInviteParams, 'expiresInSeconds' | 'tokenSeconds'> & {
  /** Chosen by the caller who wants to repeat the request later, 8 to 64 characters of base64url. */
  readonly requestId?: string;
};

/** Tokens by which clients say who they are. */
export class Tokens {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * Makes an invitation: whoever has it registers one bearer token for the principal, once, by `connect({ invitation })`.
   * Needs the approval of other people.
   *
   * @param options `expiresInSeconds`: 60 to 604800, default 3600; `tokenSeconds`: 60 to 31536000, default 30 days
   * @returns `enrolment`: the secret bytes of the invitation, to be handed over as base64url; zero them afterwards
   * @throws FerroHsmError `not_found`
   * @example const { enrolment } = await hsm.with({ wait: true }).tokens.invite('ci');
   */
  invite(principal: string, options: InvitationOptions = {}): Promise<TokensInviteResult> {
    const params = { principal, requestId: newRequestId(), ...options };
    return onceMore(() => this.#rpc.call('tokens.invite', params));
  }

  /**
   * Revokes a registered token by its SHA-256, or a JWT by issuer and jti; sessions that came by it end before this
   * resolves.
   *
   * @returns how many sessions ended
   * @throws FerroHsmError `not_found`
   * @example await hsm.tokens.revoke({ issuer: 'ci', jti });
   */
  async revoke(
    token: Omit<TokensRevokeParams, 'requestId'>,
    { requestId = newRequestId() } = {},
  ): Promise<number | undefined> {
    return (await onceMore(() => this.#rpc.call('tokens.revoke', { ...token, requestId }))).sessions;
  }
}
