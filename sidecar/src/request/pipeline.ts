import { releaseBytes } from '../released-bytes.ts';
import { Secret } from '../secret.ts';
import type { Approve } from './approve.ts';
import type { Authenticate } from './authenticate.ts';
import type { Authorizer } from './authorize.ts';
import type { Call, OnAnswered, Trail } from './context.ts';
import type { DigestAside } from './digest-aside.ts';
import type { Execute } from './execute.ts';
import type { Gate } from './gate.ts';
import type { Hold } from './hold.ts';
import type { Intend } from './intend.ts';
import type { Limit } from './limit.ts';
import type { RequireMatch } from './precondition.ts';
import type { Recorder } from './record.ts';
import { validate } from './validate.ts';

export interface Stages {
  /** Shut when the sidecar is sealed: from then on nothing is looked at, and nothing recorded. */
  readonly gate: Gate;
  readonly authenticate: Authenticate;
  readonly authorizer: Authorizer;
  readonly requireMatch: RequireMatch;
  readonly limit: Limit;
  readonly approve: Approve;
  readonly hold: Hold;
  readonly intend: Intend;
  readonly digestAside: DigestAside;
  readonly execute: Execute;
  readonly recorder: Recorder;
  readonly onAnswered: OnAnswered;
}

export type Pipeline = (call: Call) => Promise<object>;

/**
 * The journey of one request. No result leaves before its record has its place in the log, and a refusal at any stage
 * is recorded from what was known by then.
 */
export function createPipeline(stages: Stages): Pipeline {
  const { gate, authenticate, authorizer, requireMatch, limit, approve, hold, intend, digestAside, execute, recorder } =
    stages;
  const { onAnswered } = stages;
  return async (call) => {
    const trail: Trail = { call };
    enter(gate, call);
    try {
      // Waited for only where there is something to wait for: each await costs a turn of the microtask queue.
      const authenticated = authenticate.authenticate(trail);
      if (authenticated !== undefined) await authenticated;
      trail.params = validate(call);
      await authorizer.authorize(trail);
      const matched = requireMatch(trail);
      if (matched !== undefined) await matched;
      limit(trail);
      const approved = approve.approve(trail);
      if (approved !== undefined) await approved;
      hold(trail);
      const intended = intend(trail);
      if (intended !== undefined) await intended;
      digestAside(trail);
      const result = await execute(trail);
      const answer = await recorder.commit(trail, result);
      onAnswered(call, 'ok');
      return answer;
    } catch (error) {
      const refusal = await recorder.refuse(trail, error);
      onAnswered(call, refusal.code);
      throw refusal;
    } finally {
      trail.leave?.();
      discard(call);
      gate.leave();
    }
  };
}

function enter(gate: Gate, call: Call): void {
  try {
    gate.enter();
  } catch (error) {
    discard(call);
    throw error;
  }
}

/**
 * What a request brought has served its purpose once the record is written. Validation decodes the params in place: they
 * may hold secrets although it failed.
 */
export function discard({ attachments, params }: Call): void {
  // Secrets may have taken attachments over, and released memory cannot be wiped.
  disposeSecrets(params);
  for (const attachment of attachments) releaseBytes(attachment);
}

function disposeSecrets(value: unknown): void {
  if (value instanceof Secret) value.dispose();
  else if (isContainer(value)) for (const member of Object.values(value)) disposeSecrets(member);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}
