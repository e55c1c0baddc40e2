import type { CallShape } from './call-shape.ts';

const init = { session: 'u', mechanism: 'M', key: 'u' } as const;
const nothing = {} as const;
const final = { session: 'u' } as const;

/** `parameter` is the C structure of the mechanism as it lies in the client's memory, pointers and all. */
const begin = { session: 'u', parameter: 'ay' } as const;
const beginWithData = { session: 'u', parameter: 'ay', associatedData: 'ay' } as const;
const message = { session: 'u', parameter: 'ay', associatedData: 'ay', data: 'ay', room: 'fy' } as const;
const part = { session: 'u', parameter: 'ay', data: 'ay', room: 'fy', flags: 'u' } as const;
const signed = { session: 'u', parameter: 'ay', data: 'ay', signature: 'ay' } as const;
const result = { data: 'ay' } as const;

/** The message calls of PKCS#11 3.0. */
export const messageCalls = {
  C_MessageEncryptInit: { id: 68, request: init, response: nothing },
  C_EncryptMessage: { id: 69, request: message, response: result },
  C_EncryptMessageBegin: { id: 70, request: beginWithData, response: nothing },
  C_EncryptMessageNext: { id: 71, request: part, response: result },
  C_MessageEncryptFinal: { id: 72, request: final, response: nothing },
  C_MessageDecryptInit: { id: 73, request: init, response: nothing },
  C_DecryptMessage: { id: 74, request: message, response: result },
  C_DecryptMessageBegin: { id: 75, request: beginWithData, response: nothing },
  C_DecryptMessageNext: { id: 76, request: part, response: result },
  C_MessageDecryptFinal: { id: 77, request: final, response: nothing },
  C_MessageSignInit: { id: 78, request: init, response: nothing },
  C_SignMessage: { id: 79, request: { session: 'u', parameter: 'ay', data: 'ay', room: 'fy' }, response: result },
  C_SignMessageBegin: { id: 80, request: begin, response: nothing },
  C_SignMessageNext: {
    id: 81,
    request: { session: 'u', parameter: 'ay', data: 'ay', isLast: 'y', room: 'fy' },
    response: result,
  },
  C_MessageSignFinal: { id: 82, request: final, response: nothing },
  C_MessageVerifyInit: { id: 83, request: init, response: nothing },
  C_VerifyMessage: { id: 84, request: signed, response: nothing },
  C_VerifyMessageBegin: { id: 85, request: begin, response: nothing },
  C_VerifyMessageNext: { id: 86, request: signed, response: nothing },
  C_MessageVerifyFinal: { id: 87, request: final, response: nothing },
} as const satisfies Readonly<Record<string, CallShape>>;
