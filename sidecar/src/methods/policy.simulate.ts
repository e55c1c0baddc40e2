import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditPersonal, AuditRecord, PolicySimulateResult } from '../generated/types.ts';
import type { CompiledPolicies, PolicyEngine, PolicyRequest } from '../policy/engine.ts';
import type { Handler } from '../request/context.ts';

/** A request as the log remembers it. */
export interface RecordedRequest {
  readonly index: number;
  readonly record: AuditRecord;
  readonly personal?: AuditPersonal;
  /** Undefined when its principal or key is gone. */
  readonly request: PolicyRequest | undefined;
  /** What would open again what left wrapped. */
  readonly openers?: readonly Pick<PolicyRequest, 'action' | 'resource'>[];
}

/** The newest recorded requests, newest first. */
export type RecordedRequests = (count: number) => AsyncIterable<RecordedRequest>;

const defaultRequests = 1_000;

/** Requests that are decided before others have their turn: some milliseconds. */
const requestsPerTurn = 4;

type Outcome = PolicySimulateResult['changes'][number]['before'];

export function createPolicySimulate(engine: PolicyEngine, recorded: RecordedRequests): Handler<'policy.simulate'> {
  return ({ text, requests = defaultRequests }) =>
    engine.tryOut(text, async (compiled) => {
      const result: PolicySimulateResult = { looked: 0, unknown: 0, changes: [] };
      for await (const { request, ...found } of recorded(requests)) {
        result.looked += 1;
        if (result.looked % requestsPerTurn === 0) await nextTurn();
        if (request === undefined) result.unknown += 1;
        else result.changes.push(...changeOf(engine, compiled, { ...found, request }));
      }
      return result;
    });
}

function changeOf(
  engine: PolicyEngine,
  compiled: CompiledPolicies,
  { index, record, personal, ...asked }: RecordedRequest & { request: PolicyRequest },
): PolicySimulateResult['changes'] {
  const neededNow = (request: PolicyRequest) =>
    engine.decide(request).outcome === 'allow' ? 0 : engine.approvalsNeeded(request);
  const before = outcomeOf(neededNow(judged(asked, neededNow)));
  const request = judged(asked, compiled.approvalsNeeded);
  const after = outcomeOf(compiled.approvalsNeeded(request));
  if (before === after) return [];
  const { operation, resource = '' } = record;
  const { principal = '' } = personal ?? {};
  return [{ index, principal, operation, resource, before, after, policies: [...compiled.evaluate(request).policies] }];
}

/** Under policies by which the caller may open again what left wrapped, it left as good as unwrapped. */
function judged(
  { request, openers = [] }: Pick<RecordedRequest, 'openers'> & { request: PolicyRequest },
  approvalsNeeded: CompiledPolicies['approvalsNeeded'],
): PolicyRequest {
  const unwrapped = { ...request, context: { ...request.context, wrapping: undefined } };
  return openers.some((opener) => approvalsNeeded({ ...unwrapped, ...opener }) === 0) ? unwrapped : request;
}

function outcomeOf(approvals: number | undefined): Outcome {
  if (approvals === undefined) return 'deny';
  return approvals === 0 ? 'allow' : 'approval';
}
