import { SidecarError } from '../errors.ts';
import type { ConnectionLimits, InboundFrame } from './connection.ts';
import type { JsonScanner } from './json-scanner.ts';

/**
 * Bytes of JSON in the first message of a connection, which comes from a peer that nobody knows yet and has no
 * attachments. The longest token of `system.hello` has 4 KiB.
 */
export const firstMessageBytes = 64 << 10;

/** One message and the attachments that it announced. */
export interface EnvelopeMessage {
  readonly value: unknown;
  readonly attachmentLengths: readonly number[];
  readonly attachments: Buffer[];
}

/** The JSON of one message or batch, taken apart; complete when the announced attachments are there. */
export interface Envelope {
  readonly batch: boolean;
  readonly messages: readonly EnvelopeMessage[];
  /** Bytes of the JSON and of all attachments. */
  readonly bytes: number;
}

/**
 * Scans, parses and takes the member `attachments` out.
 *
 * @param first the first message of the connection
 * @throws SidecarError `parse_error`, `invalid_request`, `message_too_big`
 */
export function openEnvelope(json: Buffer, first: boolean, limits: ConnectionLimits, scanner: JsonScanner): Envelope {
  checkMessageBytes(json.length, first, limits);
  scanner.scan(json);
  const value: unknown = JSON.parse(json.toString('utf8'));
  if (value === null || typeof value !== 'object') {
    throw new SidecarError('invalid_request', 'neither an object nor an array');
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0) throw new SidecarError('invalid_request', 'an empty batch');
  if (values.length > limits.batch) {
    throw new SidecarError('message_too_big', `more than ${limits.batch} requests in a batch`);
  }
  const messages = values.map(openMessage);
  const attachmentBytes = checkAttachments(messages, first, limits);
  return { batch: Array.isArray(value), messages, bytes: json.length + attachmentBytes };
}

export function checkMessageBytes(length: number, first: boolean, limits: ConnectionLimits): void {
  const limit = first ? Math.min(firstMessageBytes, limits.messageBytes) : limits.messageBytes;
  if (length > limit) throw new SidecarError('message_too_big', `more than ${limit} bytes of json`);
}

const noLengths: readonly number[] = Object.freeze([]);

function openMessage(value: unknown): EnvelopeMessage {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, 'attachments')) {
    return { value, attachmentLengths: noLengths, attachments: [] };
  }
  const { attachments, ...message } = value as { attachments: unknown };
  if (!isLengths(attachments)) throw new SidecarError('invalid_request', 'attachments is not a list of lengths');
  return { value: message, attachmentLengths: attachments, attachments: [] };
}

function isLengths(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((length) => Number.isSafeInteger(length) && length >= 0);
}

/** Adds everything up before anything is allocated. */
function checkAttachments(messages: readonly EnvelopeMessage[], first: boolean, limits: ConnectionLimits): number {
  let count = 0;
  let bytes = 0;
  for (const { attachmentLengths } of messages) {
    count += attachmentLengths.length;
    for (const length of attachmentLengths) bytes += length;
  }
  if (first && count > 0) throw new SidecarError('invalid_request', 'attachments in the first message');
  if (count > limits.attachments)
    throw new SidecarError('message_too_big', `more than ${limits.attachments} attachments`);
  if (bytes > limits.attachmentBytes) {
    throw new SidecarError('message_too_big', `more than ${limits.attachmentBytes} bytes of attachments`);
  }
  return bytes;
}

export function frameOf({ batch, messages }: Envelope): InboundFrame {
  return batch ? { kind: 'batch', messages } : { kind: 'message', message: messages[0] as EnvelopeMessage };
}

/** What is wrong with the bytes, as a frame. */
export function invalidFrame(error: unknown): InboundFrame {
  const { code, detail } = error instanceof SidecarError ? error : new SidecarError('internal_error');
  return detail === undefined ? { kind: 'invalid', code } : { kind: 'invalid', code, detail };
}
