import type { AuditRecord } from '../generated/types.ts';
import type { FoundRecord } from './log.ts';
import type { LoggedRecord } from './logged-record.ts';
import { openPersonal } from './personal.ts';
import { damaged } from './refusal.ts';

/**
 * A stored record as the rest of the sidecar sees it.
 *
 * @throws SidecarError `audit_corrupt` for a leaf that is none, or one that committed to other personal fields
 */
export function foundRecord({ leaf, opening }: LoggedRecord, index: number): FoundRecord {
  const record = parseRecord(leaf, index);
  if (opening.length === 0) return { index, record };
  const personal = openPersonal(opening, record.actor);
  if (personal === undefined) throw damaged(`record ${index}`, 'what is kept beside it is not what it committed to');
  return { index, record, personal };
}

function parseRecord(leaf: Buffer, index: number): AuditRecord {
  try {
    return JSON.parse(leaf.toString()) as AuditRecord;
  } catch (error) {
    throw damaged(`record ${index}`, error instanceof SyntaxError ? 'is not JSON' : 'cannot be read');
  }
}
