import type { CallShape } from './call-shape.ts';

/** Library, slots and tokens. */
export const generalCalls = {
  C_Initialize: { id: 1, request: { handshake: 'ay', hasReserved: 'y', reserved: 'ay' }, response: {} },
  C_Finalize: { id: 2, request: {}, response: {} },
  C_GetInfo: {
    id: 3,
    request: {},
    response: {
      cryptokiVersion: 'v',
      manufacturerID: 's32',
      flags: 'u',
      libraryDescription: 's32',
      libraryVersion: 'v',
    },
  },
  C_GetSlotList: { id: 4, request: { tokenPresent: 'y', room: 'fu' }, response: { slots: 'au' } },
  C_GetSlotInfo: {
    id: 5,
    request: { slot: 'u' },
    response: {
      slotDescription: 's64',
      manufacturerID: 's32',
      flags: 'u',
      hardwareVersion: 'v',
      firmwareVersion: 'v',
    },
  },
  C_GetTokenInfo: {
    id: 6,
    request: { slot: 'u' },
    response: {
      label: 's32',
      manufacturerID: 's32',
      model: 's16',
      serialNumber: 's16',
      flags: 'u',
      maxSessionCount: 'u',
      sessionCount: 'u',
      maxRwSessionCount: 'u',
      rwSessionCount: 'u',
      maxPinLen: 'u',
      minPinLen: 'u',
      totalPublicMemory: 'u',
      freePublicMemory: 'u',
      totalPrivateMemory: 'u',
      freePrivateMemory: 'u',
      hardwareVersion: 'v',
      firmwareVersion: 'v',
      utcTime: 's16',
    },
  },
  C_GetMechanismList: { id: 7, request: { slot: 'u', room: 'fu' }, response: { mechanisms: 'au' } },
  C_GetMechanismInfo: {
    id: 8,
    request: { slot: 'u', mechanism: 'u' },
    response: { minKeySize: 'u', maxKeySize: 'u', flags: 'u' },
  },
  C_InitToken: { id: 9, request: { slot: 'u', pin: 'ay', label: 'z' }, response: {} },
  C_WaitForSlotEvent: { id: 65, request: { flags: 'u' }, response: { slot: 'u' } },
  /** C_InitToken from version 1 on: the label was not NUL terminated, and C_InitToken read on behind it. */
  C_InitToken2: { id: 88, request: { slot: 'u', pin: 'ay', label: 's32' }, response: {} },
} as const satisfies Readonly<Record<string, CallShape>>;
