import { randomUUID } from 'node:crypto';
import type { AuditLog } from '../audit/log.ts';
import type { Trail } from './context.ts';
import { type DigestFunction, recordOf } from './record-fields.ts';

/**
 * Leaves the durable intent of a change or release before it acts. A pure use has none, unless it uses an approval up,
 * which is a change: undefined then, as there is nothing to wait for.
 */
export type Intend = (trail: Trail) => Promise<void> | undefined;

export function createIntend(log: AuditLog, digest: DigestFunction): Intend {
  async function leave(trail: Trail): Promise<void> {
    const id = randomUUID();
    await log.append({ ...recordOf(trail, digest), phase: 'intent', outcome: 'pending', id });
    trail.intent = id;
    trail.intendedApproval = trail.approval?.id;
  }

  return (trail) => {
    const isIntended = trail.call.traits.effect !== 'pure' || trail.approval !== undefined;
    return isIntended ? leave(trail) : undefined;
  };
}
