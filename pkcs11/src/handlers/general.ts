import { CKR } from '../codec/constants/return-values.ts';
import { CKF } from '../codec/constants/sessions.ts';
import { paddedText } from '../codec/padded-text.ts';
import { initializeHandshake } from '../codec/protocol-version.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { manufacturer, releaseVersion, tokenInfo } from '../token/token-info.ts';
import type { CallHandlers } from './handler.ts';

/** What p11-kit's clients ask of the library, its slots and tokens. */
export const generalHandlers: CallHandlers<
  | 'C_Initialize'
  | 'C_Finalize'
  | 'C_GetInfo'
  | 'C_GetSlotList'
  | 'C_GetSlotInfo'
  | 'C_GetTokenInfo'
  | 'C_InitToken'
  | 'C_InitToken2'
  | 'C_WaitForSlotEvent'
> = {
  C_Initialize({ handshake }) {
    if (Buffer.isBuffer(handshake) && handshake.equals(initializeHandshake)) return {};
    throw new CryptokiRefusal(CKR.ARGUMENTS_BAD, 'the client speaks another protocol');
  },

  async C_Finalize(_given, { slots, sessions }) {
    for (const token of slots.tokens) await sessions.closeAll(token);
    return {};
  },

  C_GetInfo: () => ({
    cryptokiVersion: { major: 2, minor: 40 },
    manufacturerID: paddedText(manufacturer, 32),
    flags: 0,
    libraryDescription: paddedText('FerroHSM sidecar', 32),
    libraryVersion: releaseVersion(),
  }),

  C_GetSlotList({ room }, { slots }) {
    const all = slots.tokens.map(({ slot }) => slot);
    return { slots: room === null || room < all.length ? { lengthOnly: all.length } : all };
  },

  C_GetSlotInfo({ slot }, { slots }) {
    const token = slots.token(slot);
    return {
      slotDescription: paddedText(token.label, 64),
      manufacturerID: paddedText(manufacturer, 32),
      flags: CKF.TOKEN_PRESENT,
      hardwareVersion: releaseVersion(),
      firmwareVersion: releaseVersion(),
    };
  },

  async C_GetTokenInfo({ slot }, { slots, sessions }) {
    const token = slots.token(slot);
    return tokenInfo(token, await token.login.hello(), sessions.of(token));
  },

  C_InitToken: ({ slot }, { slots }) => refuseInitialization(slots.token(slot).slot),
  C_InitToken2: ({ slot }, { slots }) => refuseInitialization(slots.token(slot).slot),

  C_WaitForSlotEvent(): never {
    throw new CryptokiRefusal(CKR.FUNCTION_NOT_SUPPORTED, 'tokens are neither put in nor taken out');
  },
};

function refuseInitialization(slot: number): never {
  throw new CryptokiRefusal(CKR.FUNCTION_REJECTED, `slot ${slot} is set up by its sidecar: see ferrohsm --help`);
}
