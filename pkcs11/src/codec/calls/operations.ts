import type { CallShape } from './call-shape.ts';

const init = { session: 'u', mechanism: 'M', key: 'u' } as const;
const nothing = {} as const;

/** One call that takes data and gives other data back, or one step of several. */
const data = { session: 'u', data: 'ay', room: 'fy' } as const;
const last = { session: 'u', room: 'fy' } as const;
const result = { data: 'ay' } as const;

/** Ciphers, digests, signatures. */
export const operationCalls = {
  C_EncryptInit: { id: 29, request: init, response: nothing },
  C_Encrypt: { id: 30, request: data, response: result },
  C_EncryptUpdate: { id: 31, request: data, response: result },
  C_EncryptFinal: { id: 32, request: last, response: result },
  C_DecryptInit: { id: 33, request: init, response: nothing },
  C_Decrypt: { id: 34, request: data, response: result },
  C_DecryptUpdate: { id: 35, request: data, response: result },
  C_DecryptFinal: { id: 36, request: last, response: result },
  C_DigestInit: { id: 37, request: { session: 'u', mechanism: 'M' }, response: nothing },
  C_Digest: { id: 38, request: data, response: result },
  C_DigestUpdate: { id: 39, request: { session: 'u', data: 'ay' }, response: nothing },
  C_DigestKey: { id: 40, request: { session: 'u', key: 'u' }, response: nothing },
  C_DigestFinal: { id: 41, request: last, response: result },
  C_SignInit: { id: 42, request: init, response: nothing },
  C_Sign: { id: 43, request: data, response: result },
  C_SignUpdate: { id: 44, request: { session: 'u', data: 'ay' }, response: nothing },
  C_SignFinal: { id: 45, request: last, response: result },
  C_SignRecoverInit: { id: 46, request: init, response: nothing },
  C_SignRecover: { id: 47, request: data, response: result },
  C_VerifyInit: { id: 48, request: init, response: nothing },
  C_Verify: { id: 49, request: { session: 'u', data: 'ay', signature: 'ay' }, response: nothing },
  C_VerifyUpdate: { id: 50, request: { session: 'u', data: 'ay' }, response: nothing },
  C_VerifyFinal: { id: 51, request: { session: 'u', signature: 'ay' }, response: nothing },
  C_VerifyRecoverInit: { id: 52, request: init, response: nothing },
  C_VerifyRecover: { id: 53, request: data, response: result },
  C_DigestEncryptUpdate: { id: 54, request: data, response: result },
  C_DecryptDigestUpdate: { id: 55, request: data, response: result },
  C_SignEncryptUpdate: { id: 56, request: data, response: result },
  C_DecryptVerifyUpdate: { id: 57, request: data, response: result },
} as const satisfies Readonly<Record<string, CallShape>>;
