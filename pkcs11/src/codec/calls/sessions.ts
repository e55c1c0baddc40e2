import type { CallShape } from './call-shape.ts';

/** Sessions, who is logged in, random numbers. */
export const sessionCalls = {
  C_OpenSession: { id: 10, request: { slot: 'u', flags: 'u' }, response: { session: 'u' } },
  C_CloseSession: { id: 11, request: { session: 'u' }, response: {} },
  C_CloseAllSessions: { id: 12, request: { slot: 'u' }, response: {} },
  C_GetSessionInfo: {
    id: 13,
    request: { session: 'u' },
    response: { slot: 'u', state: 'u', flags: 'u', deviceError: 'u' },
  },
  C_InitPIN: { id: 14, request: { session: 'u', pin: 'ay' }, response: {} },
  C_SetPIN: { id: 15, request: { session: 'u', oldPin: 'ay', newPin: 'ay' }, response: {} },
  C_GetOperationState: { id: 16, request: { session: 'u', room: 'fy' }, response: { state: 'ay' } },
  C_SetOperationState: {
    id: 17,
    request: { session: 'u', state: 'ay', encryptionKey: 'u', authenticationKey: 'u' },
    response: {},
  },
  C_Login: { id: 18, request: { session: 'u', userType: 'u', pin: 'ay' }, response: {} },
  C_Logout: { id: 19, request: { session: 'u' }, response: {} },
  C_SeedRandom: { id: 63, request: { session: 'u', seed: 'ay' }, response: {} },
  C_GenerateRandom: { id: 64, request: { session: 'u', room: 'fy' }, response: { random: 'ay' } },
  C_LoginUser: { id: 66, request: { session: 'u', userType: 'u', pin: 'ay', username: 'ay' }, response: {} },
  C_SessionCancel: { id: 67, request: { session: 'u', flags: 'u' }, response: {} },
} as const satisfies Readonly<Record<string, CallShape>>;
