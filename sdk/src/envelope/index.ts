export { FerroHsmError } from '../errors.ts';
export { Envelope, type EnvelopeOpening, type EnvelopeOptions, type StreamOptions } from './envelope.ts';
export { type EnvelopeHead, mostHeadBytes, readEnvelopeHead } from './envelope-head.ts';
export type { EnvelopeKeys } from './envelope-keys.ts';
export {
  type KeptDataKey,
  type RewrapAllOptions,
  type RewrapProgress,
  type Rewrapped,
  rewrapAll,
} from './rewrap-all.ts';
export type { EnvelopeStream } from './stream-pair.ts';
