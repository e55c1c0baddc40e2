import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import type { Token } from './token.ts';

/** The slots that one application sees; a token is always in. */
export class Slots {
  readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** @throws CryptokiRefusal CKR_SLOT_ID_INVALID */
  token(slot: CkUlong): Token {
    const token = this.tokens.find((one) => one.slot === slot);
    if (token === undefined) throw new CryptokiRefusal(CKR.SLOT_ID_INVALID, `no slot ${slot}`);
    return token;
  }
}
