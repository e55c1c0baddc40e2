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
  { index, record, personal, request }: RecordedRequest & { request: PolicyRequest },
): PolicySimulateResult['changes'] {
  const before = outcomeOf(engine.decide(request).outcome === 'allow' ? 0 : engine.approvalsNeeded(request));
  const after = outcomeOf(compiled.approvalsNeeded(request));
  if (before === after) return [];
  const { operation, resource = '' } = record;
  const { principal = '' } = personal ?? {};
  return [{ index, principal, operation, resource, before, after, policies: [...compiled.evaluate(request).policies] }];
}

function outcomeOf(approvals: number | undefined): Outcome {
  if (approvals === undefined) return 'deny';
  return approvals === 0 ? 'allow' : 'approval';
}
