import { randomUUID } from 'node:crypto';
import type { AuditEntry, AuditLog } from '../audit/log.ts';
import { SidecarError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';

/** What a record says of a change beside its operation and outcome. */
export interface RecordedFacts extends Pick<AuditEntry, 'resource' | 'details'> {
  /** Id of the principal on whose behalf it is made. */
  readonly principal?: string;
}

/**
 * Makes a change of the store that is no method's own (an approval request is filed, an invitation redeemed): its intent
 * is durable before, its result with the new root after.
 *
 * @throws whatever `work` throws, after its record
 */
export type RecordedChange = <T>(operation: string, facts: RecordedFacts, work: () => Promise<T>) => Promise<T>;

export function createRecordedChange(log: AuditLog, keystore: Pick<Keystore, 'mark'>): RecordedChange {
  return async (operation, { principal, ...facts }, work) => {
    const id = randomUUID();
    const personal = principal === undefined ? {} : { personal: { principal } };
    await log.append({ ...facts, ...personal, phase: 'intent', operation, outcome: 'pending', id });
    const record = async (outcome: Pick<AuditEntry, 'outcome' | 'error'>) => {
      const details = { ...facts.details, ...(await keystore.mark()) };
      await log.append({ ...facts, ...personal, ...outcome, phase: 'result', operation, id, details });
    };
    let result: Awaited<ReturnType<typeof work>>;
    try {
      result = await work();
    } catch (error) {
      await record({ outcome: 'failed', error: error instanceof SidecarError ? error.code : 'internal_error' });
      throw error;
    }
    await record({ outcome: 'ok' });
    return result;
  };
}
