import type { Consent } from '../request/approve.ts';
import type { Execution, Handler } from '../request/context.ts';

/**
 * Looks at a call as if it had arrived, up to where it would act.
 *
 * @throws SidecarError what the call would be refused with
 */
export type Rehearse = (execution: Execution, method: string, params: object) => Promise<Consent>;

export function createSessionRehearse(rehearse: Rehearse): Handler<'session.rehearse'> {
  return ({ method, params }, execution) => rehearse(execution, method, params);
}
