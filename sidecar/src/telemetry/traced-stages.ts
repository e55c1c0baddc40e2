import { type ErrorCode, errorTable } from '../generated/errors.ts';
import { transportOf } from '../peer.ts';
import type { Call, Trail } from '../request/context.ts';
import type { Stages } from '../request/pipeline.ts';
import type { SpanExporter } from '../traces/span-exporter.ts';
import type { OpenTrace, Tracer } from '../traces/tracer.ts';

export interface Tracing {
  readonly tracer: Tracer;
  readonly exporter: SpanExporter;
}

/** Stages of the pipeline, each as it was, whose times become spans. Without tracing nothing is around them. */
export function tracedStages(stages: Stages, tracing: Tracing | undefined): Stages {
  if (tracing === undefined) return stages;
  const { tracer, exporter } = tracing;
  const traces = new WeakMap<Call, OpenTrace>();
  const timed = <A extends readonly [Trail, ...unknown[]], R>(name: string, run: (...given: A) => R) =>
    timedStage(traces, name, run);
  const { authenticate, authorizer, approve, intend, execute, recorder, onAnswered } = stages;
  const begin = timed('authenticate', (trail: Trail) => authenticate.authenticate(trail));
  return {
    ...stages,
    authenticate: {
      ...authenticate,
      authenticate(trail) {
        const { call } = trail;
        const trace = tracer.begin(call.method, call.receivedMs, call.traceParent);
        if (trace !== undefined) traces.set(call, trace);
        return begin(trail);
      },
    },
    authorizer: { ...authorizer, authorize: timed('authorize', (trail: Trail) => authorizer.authorize(trail)) },
    approve: { ...approve, approve: timed('approve', (trail: Trail) => approve.approve(trail)) },
    intend: timed('intend', intend),
    execute: timed('execute', execute),
    recorder: {
      commit: timed('record', <R extends object>(trail: Trail, result: R) => recorder.commit(trail, result)),
      refuse: timed('record', (trail: Trail, cause: unknown) => recorder.refuse(trail, cause)),
    },
    onAnswered(call, code) {
      onAnswered(call, code);
      const trace = traces.get(call);
      if (trace === undefined) return;
      exporter.add(
        trace.spans({ endMs: performance.now(), attributes: attributesOf(call, code), hasFailed: isFailure(code) }),
      );
    },
  };
}

function timedStage<A extends readonly [Trail, ...unknown[]], R>(
  traces: WeakMap<Call, OpenTrace>,
  name: string,
  run: (...given: A) => R,
): (...given: A) => R {
  return (...given) => {
    const trace = traces.get(given[0].call);
    if (trace === undefined) return run(...given);
    const startMs = performance.now();
    const end = () => trace.stage(name, startMs, performance.now());
    let isPending = false;
    try {
      const result = run(...given);
      if (!(result instanceof Promise)) return result;
      isPending = true;
      return result.finally(end) as R;
    } finally {
      if (!isPending) end();
    }
  };
}

/** Names of OpenTelemetry's semantic conventions for RPC, where they have one. */
function attributesOf({ session, method, requestId }: Call, code: 'ok' | ErrorCode) {
  return {
    'rpc.system.name': 'jsonrpc',
    'rpc.method': method,
    'jsonrpc.request.id': String(requestId).slice(0, requestIdLength),
    'network.transport': transportOf(session.peer) === 'unix' ? 'unix' : 'tcp',
    'session.id': session.id,
    'ferrohsm.transport': transportOf(session.peer),
    ...(code !== 'ok' && { 'error.type': code }),
  };
}

/** A client may number its requests by whatever it likes. */
const requestIdLength = 64;

/** What the caller can do nothing about. */
function isFailure(code: 'ok' | ErrorCode): boolean {
  return code !== 'ok' && errorTable[code].http >= 500;
}
