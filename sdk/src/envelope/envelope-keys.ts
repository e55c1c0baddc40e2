import type { DataKeys } from '../client/data-keys.ts';

/** Where envelopes get their data keys from: `hsm.dataKeys`. */
export type EnvelopeKeys = Pick<DataKeys, 'generate' | 'decrypt' | 'rewrap'>;
