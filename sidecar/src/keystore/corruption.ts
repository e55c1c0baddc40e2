import { SidecarError } from '../errors.ts';

/** The refusal for stored data that does not verify; `detail` says what kind of data, never its content. */
export function corruption(detail: string, cause?: unknown): SidecarError {
  return new SidecarError('keystore_corrupt', detail, { cause });
}
