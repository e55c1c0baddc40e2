import { FerroHsmError } from '../errors.ts';
import { bufferSource, copyBytes } from '../webcrypto/web-idl.ts';
import type { ExportRequest, Message } from './context.ts';
import { noBytes } from './labels.ts';
import type { Suite } from './suite.ts';

/**
 * A copy, so that later changes of the caller's buffer change nothing.
 *
 * @throws FerroHsmError `type_invalid` for what is no BufferSource
 */
export function byteArgument(value: BufferSource | undefined, what: string): Uint8Array<ArrayBuffer> {
  if (value === undefined) return noBytes;
  try {
    return copyBytes(bufferSource(value, what));
  } catch (cause) {
    throw new FerroHsmError('type_invalid', (cause as TypeError).message, { cause });
  }
}

/** A longer one does not fit the length field of a one-stage KDF (draft-ietf-hpke-pq section 5). */
export function shortBytes(value: BufferSource | undefined, what: string): Uint8Array<ArrayBuffer> {
  const bytes = byteArgument(value, what);
  if (bytes.length > 0xffff) throw new FerroHsmError('type_invalid', `${what} of more than 65535 bytes`);
  return bytes;
}

export function messageArgument(data: BufferSource, aad: BufferSource | undefined): Message {
  if (data === undefined) throw new FerroHsmError('type_invalid', 'no message');
  return { data: byteArgument(data, 'message'), aad: byteArgument(aad, 'aad') };
}

/** @throws FerroHsmError `type_invalid` for a length that the KDF of the suite cannot give */
export function exportArgument({ schedule }: Suite, context: BufferSource | undefined, bytes: number): ExportRequest {
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > schedule.maxExportBytes) {
    throw new FerroHsmError('type_invalid', `an hpke export of ${bytes} bytes`);
  }
  return { context: shortBytes(context, 'context'), bytes };
}
