import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CallHandlers } from './handler.ts';

/** What one call of the sidecar gives. */
const bytesAtOnce = 65_536;
const maximumBytes = 1 << 20;

export const randomHandlers: CallHandlers<'C_SeedRandom' | 'C_GenerateRandom'> = {
  C_SeedRandom(given, { sessions }) {
    sessions.get(given.session);
    throw new CryptokiRefusal(CKR.RANDOM_SEED_NOT_SUPPORTED, 'the random source of the sidecar takes no seed');
  },

  async C_GenerateRandom(given, { sessions }) {
    const { token } = sessions.get(given.session);
    const { room: length } = given;
    // Clients up to 0.24.1 send the same for no memory and for none wanted.
    if (length === null) throw new CryptokiRefusal(CKR.ARGUMENTS_BAD, 'no room for random bytes');
    if (length > maximumBytes) throw new CryptokiRefusal(CKR.ARGUMENTS_BAD, `more than ${maximumBytes} random bytes`);
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0; left -= bytesAtOnce) {
      const { bytes } = await token.login.sidecar.call('system.random', { length: Math.min(left, bytesAtOnce) });
      parts.push(bytes);
    }
    return { random: Buffer.concat(parts) };
  },
};
