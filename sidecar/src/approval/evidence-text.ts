import { SidecarError } from '../errors.ts';

export function evidenceInvalid(detail: string, cause?: unknown): SidecarError {
  return new SidecarError('evidence_invalid', detail, { cause });
}

/** @throws SidecarError `evidence_invalid` for what is no JSON object in UTF-8 */
export function jsonObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw evidenceInvalid(`${what} is not JSON`, cause);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw evidenceInvalid(`${what} is no object`);
  return value as Record<string, unknown>;
}
