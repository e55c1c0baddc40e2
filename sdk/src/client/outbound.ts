import { FerroHsmError } from '../errors.ts';
import type { Limits } from '../generated/types.ts';
import type { OutboundMessage } from '../transport/transport.ts';

const utf8 = new TextEncoder();

/**
 * The message of a request and its attachments.
 *
 * @param limits those of `system.hello`; the sidecar could not even tell whose message it refused beyond them
 * @throws FerroHsmError `message_too_big`
 */
export function outboundMessage(
  request: object,
  attachments: readonly Uint8Array[],
  limits: Limits | undefined,
): OutboundMessage {
  const lengths = attachments.map((attachment) => attachment.length);
  const text = JSON.stringify(lengths.length === 0 ? request : { ...request, attachments: lengths });
  if (limits !== undefined) checkSizes(text, lengths, limits);
  return { text, attachments };
}

function checkSizes(text: string, lengths: readonly number[], limits: Limits): void {
  const attachmentBytes = lengths.reduce((sum, length) => sum + length, 0);
  if (attachmentBytes > limits.attachmentBytes || lengths.length > limits.attachments) {
    const allowed = `${limits.attachmentBytes} bytes in ${limits.attachments} attachments`;
    throw new FerroHsmError('message_too_big', `${attachmentBytes} bytes in ${lengths.length}, ${allowed} are allowed`);
  }
  if (exceeds(text, limits.messageBytes)) {
    throw new FerroHsmError('message_too_big', `more than ${limits.messageBytes} bytes of text`);
  }
}

/** A UTF-16 unit takes 1 to 3 bytes: most texts need no counting. */
function exceeds(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false;
  return text.length > bytes || utf8.encode(text).length > bytes;
}
