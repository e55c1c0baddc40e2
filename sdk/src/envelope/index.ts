export { FerroHsmError } from '../errors.ts';
export { Envelope, type EnvelopeOpening, type EnvelopeOptions, type StreamOptions } from './envelope.ts';
export type { EnvelopeKeys } from './envelope-keys.ts';
export type { EnvelopeStream } from './stream-pair.ts';
