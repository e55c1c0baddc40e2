import { SidecarError } from '../errors.ts';

/** @param detail says what is wrong with the file */
export function damaged(detail: string, cause?: unknown): SidecarError {
  return new SidecarError('data_invalid', `the backup: ${detail}`, { cause });
}
