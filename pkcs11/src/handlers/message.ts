import { messageEncryptionHandlers } from './message-encryption.ts';
import { messageSignHandlers } from './message-sign.ts';
import { messageVerifyHandlers } from './message-verify.ts';

/** The message calls of PKCS#11 3.0. */
export const messageHandlers = {
  ...messageSignHandlers,
  ...messageVerifyHandlers,
  ...messageEncryptionHandlers,
} as const;
