import { connect, type PublicKeyPlace } from '@ferrohsm/sdk/node';

// What the suite sees in place of the runtime's own Web Crypto.

const { FERROHSM_WPT_SOCKET, FERROHSM_WPT_URL, FERROHSM_WPT_TOKEN = '', FERROHSM_WPT_PUBLIC_KEYS } = process.env;
const publicKeys = FERROHSM_WPT_PUBLIC_KEYS as PublicKeyPlace;
const hsm = await (FERROHSM_WPT_URL === undefined
  ? connect({ socket: FERROHSM_WPT_SOCKET as string, publicKeys })
  : connect({ url: FERROHSM_WPT_URL, token: FERROHSM_WPT_TOKEN, publicKeys }));

export const crypto = hsm.crypto;
/** The interface object, which the package does not name. */
export const Crypto = hsm.crypto.constructor;
export { SubtleCrypto } from '@ferrohsm/sdk/node';
