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

  async C_GenerateRandom(given, { sessions, version }) {
    const { token } = sessions.get(given.session);
    // To clients of version 0 no memory and no bytes wanted are the same, and pkcs11-tool tries out the latter.
    if (given.room === null && version > 0) throw new CryptokiRefusal(CKR.ARGUMENTS_BAD, 'no memory for random bytes');
    const length = given.room ?? 0;
    if (length > maximumBytes) throw new CryptokiRefusal(CKR.ARGUMENTS_BAD, `more than ${maximumBytes} random bytes`);
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0; left -= bytesAtOnce) {
      const { bytes } = await token.login.sidecar.call('system.random', { length: Math.min(left, bytesAtOnce) });
      parts.push(bytes);
    }
    return { random: Buffer.concat(parts) };
  },
};
