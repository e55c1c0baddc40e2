import { hash } from 'node:crypto';
import type { AuditPersonal } from '@ferrohsm/sdk/node';

/** Whether what lies beside the log is what the record committed to. */
export type OpeningState = 'valid' | 'wrong' | 'none';

/** The personal fields of a record as far as they can be read. */
export interface Opening {
  /** `none`: never there, erased, or not in this copy of the log. `wrong`: somebody wrote other fields. */
  readonly state: OpeningState;
  /** Only when valid. */
  readonly personal?: AuditPersonal;
}

const label = Buffer.from('ferrohsm/audit-personal/v1\0');
const saltBytes = 16;

/**
 * Opens the commitment of a record.
 *
 * @param bytes salt and RFC 8785 JSON; empty or undefined when there is nothing
 * @param actor the commitment
 */
export function openCommitment(bytes: Uint8Array | undefined, actor: string | undefined): Opening {
  if (bytes === undefined || bytes.length === 0) return { state: 'none' };
  if (hash('sha256', Buffer.concat([label, bytes]), 'base64url') !== actor) return { state: 'wrong' };
  const personal = parseObject(Buffer.from(bytes.subarray(saltBytes)).toString());
  return personal === undefined ? { state: 'wrong' } : { state: 'valid', personal };
}

function parseObject(text: string): AuditPersonal | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
