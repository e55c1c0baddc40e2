import { randomFillSync } from 'node:crypto';
import { defaultLifetimeMs } from './approval/desk.ts';
import type { AuditLog } from './audit/log.ts';
import type { Backups } from './backups/backups.ts';
import type { CryptoProvider } from './crypto/provider.ts';
import type { Digests } from './digests.ts';
import { SidecarError } from './errors.ts';
import { approvalResource } from './governance/electorate.ts';
import type { Governance } from './governance/governance.ts';
import { createPolicyQuestions, createRecordedRequests } from './governance/policy-questions.ts';
import { greetingOf } from './greeting.ts';
import { createRequireExportable } from './keys/exportable.ts';
import type { ImportKeys } from './keys/import-keys.ts';
import { createRequireImportable } from './keys/importable.ts';
import type { KeyRetention } from './keys/key-retention.ts';
import type { KeyTurnover } from './keys/key-turnover.ts';
import type { KeyUsage } from './keys/key-usage.ts';
import type { NamedKeyRing } from './keys/named-keys.ts';
import type { RotationPolicies } from './keys/rotation-policies.ts';
import type { Keystore } from './keystore/keystore.ts';
import { createSourceLimiter } from './limits/source-limiter.ts';
import type { LogKeys } from './log/log-keys.ts';
import { createLogRetention } from './log/log-retention.ts';
import type { RecordedChange } from './log/recorded-change.ts';
import type { Witnessing } from './log/witnessing.ts';
import { createHandlers } from './methods/handlers.ts';
import type { KeyChanged } from './methods/keys.create.ts';
import type { Cursors } from './methods/keys.list.ts';
import type { Rehearse } from './methods/session.rehearse.ts';
import { requireWrappable } from './methods/wrappable.ts';
import type { SidecarOptions } from './options.ts';
import { Pkcs11Objects } from './pkcs11-objects/pkcs11-objects.ts';
import { createAccept } from './request/accept.ts';
import { createApprove } from './request/approve.ts';
import { createAuthenticate } from './request/authenticate.ts';
import { createAuthorizer, createMayDo } from './request/authorize.ts';
import type { Handlers, Session } from './request/context.ts';
import { createCount } from './request/count.ts';
import { createDigestAside } from './request/digest-aside.ts';
import { createDispatch } from './request/dispatch.ts';
import { createExecute } from './request/execute.ts';
import type { Gate } from './request/gate.ts';
import { createHold } from './request/hold.ts';
import { createIntend } from './request/intend.ts';
import { createLimit } from './request/limit.ts';
import { createLocator, newKey } from './request/locate.ts';
import { type FindPkcs11Object, pkcs11ObjectResource } from './request/locate-object.ts';
import { createPipeline, type Pipeline, type Stages } from './request/pipeline.ts';
import { createRequirePossible } from './request/possible.ts';
import { createRequireMatch } from './request/precondition.ts';
import { createRecorder } from './request/record.ts';
import { createRefusalWindow, sourceOf } from './request/refusal-window.ts';
import { createRehearse } from './request/rehearse.ts';
import { createRenew } from './request/renew.ts';
import type { NextShares } from './seal/next-shares.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { tracedStages } from './telemetry/traced-stages.ts';
import { type Connection, type ConnectionHandler, defaultLimits, type Peer } from './transport/connection.ts';

export interface FlowParts {
  readonly options: SidecarOptions;
  readonly governance: Governance;
  readonly recorded: RecordedChange;
  readonly keystore: Keystore;
  readonly log: AuditLog;
  readonly logKeys: LogKeys;
  /** Where the start configuration names witnesses. */
  readonly witnessing: Witnessing | undefined;
  readonly digests: Digests;
  readonly crypto: CryptoProvider;
  readonly namedKeys: NamedKeyRing;
  readonly cursors: Cursors;
  readonly keyChanged: KeyChanged;
  readonly keyRetention: KeyRetention;
  readonly rotationPolicies: RotationPolicies;
  readonly backups: Backups;
  readonly keyUsage: KeyUsage;
  readonly turnover: KeyTurnover;
  readonly nextShares: NextShares | undefined;
  readonly importKeys: ImportKeys;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly now: () => number;
  readonly telemetry: Telemetry;
  /** Where calls come in, until the sidecar is sealed. */
  readonly gate: Gate;
  /** Wipes all keys, once the sealing that a session asked for is on record. */
  readonly seal: (requester: Session) => Promise<void>;
}

export interface Flow {
  readonly accept: (connection: Connection) => ConnectionHandler;
  readonly refusals: { flush(): Promise<void> };
}

/** Session keys that one connection may hold unless configured. */
const defaultSessionKeys = 16_384;

const nothing = (): void => undefined;

/** The way of a request, from an accepted connection to its recorded answer. */
export function createFlow(parts: FlowParts): Flow {
  const { options, governance, keystore, log, witnessing, digests, namedKeys, telemetry, now } = parts;
  const { policy, desk, sessions, quotas } = governance;
  const { onError: onUnexpected = nothing, sessionKeyAudit = 'durable' } = options;
  const sessionKeys = options.sessionKeys ?? defaultSessionKeys;
  const subjectOf = async (id: string) => {
    const subject = await desk.subject(id);
    return subject && approvalResource(id, subject);
  };
  const pkcs11Objects = new Pkcs11Objects(keystore.documents, { now });
  const findObject: FindPkcs11Object = (id) => pkcs11Objects.get(id);
  const sources = createSourceLimiter({ now });
  const authenticate = createAuthenticate({
    authenticator: governance.authenticator,
    attempts: {
      admit: (peer: Peer) => sources.admit(sourceOf(peer)),
      succeeded: (peer: Peer) => sources.succeeded(sourceOf(peer)),
    },
    enrol: (enrolment) => governance.tokens.redeem(enrolment),
    now,
  });
  const authorizer = createAuthorizer({ policy, locate: createLocator(namedKeys, subjectOf, findObject), now });
  const requirePossible = createRequirePossible(
    (nameOrId) => keystore.get(nameOrId),
    parts.keyRetention.requireOver,
    {
      requireImportable: createRequireImportable({
        ...parts,
        approvalLifetimeMs: () => options.approvalLifetimeMs ?? defaultLifetimeMs,
      }),
      requireExportable: createRequireExportable(parts.crypto),
      requireWrappable,
    },
    now,
  );
  const approve = createApprove(desk, requirePossible);
  const hold = createHold(() => witnessing?.suffices ?? true);
  const renew = createRenew(authenticate, authorizer, approve);
  const requireMatch = createRequireMatch(
    async (request) =>
      (await keystore.outcome(request.principal, request.requestId, request.requestDigest)) !== undefined ||
      (await keystore.documents.result(request)) !== undefined,
    digests.ofRequest,
  );
  const refusals = createRefusalWindow(log);
  const isTaken = async (name: string) => (await keystore.get(name)) !== undefined;
  const rehearse = createRehearse({ authorizer, requirePossible, approve, hold, isTaken });
  const handlers = createFlowHandlers(parts, pkcs11Objects, sessionKeys, rehearse);
  const stages: Stages = {
    gate: parts.gate,
    authenticate,
    authorizer,
    requireMatch,
    limit: createLimit(quotas),
    approve,
    hold,
    intend: createIntend(log, digests.ofBytes),
    digestAside: createDigestAside(digests.aside),
    execute: createExecute({ handlers, authorizer, approve, renew, requireMatch, requestDigest: digests.ofRequest }),
    recorder: createRecorder({
      log,
      digest: digests.ofBytes,
      authorizer,
      approve,
      renew,
      refusals,
      count: createCount(parts.keyUsage),
      sessionKeyAudit,
      stateMark: () => keystore.mark(),
      onUnexpected,
    }),
    onAnswered: telemetry.hearers.onAnswered,
  };
  const pipeline = createPipeline(tracedStages(stages, telemetry.tracing));
  const { inFlight } = defaultLimits;
  const dispatch = createDispatch(sealing(pipeline, parts));
  const { onMessageRefused } = telemetry.hearers;
  const heard = { onMessageRefused, onUnexpected };
  const accept = createAccept({ dispatch, sessions: sessions.open, sessionKeys, inFlight, ...heard, now });
  return { accept, refusals };
}

/** Its answer says that all keys are wiped, so it leaves after that. */
function sealing(pipeline: Pipeline, { gate, seal }: FlowParts): Pipeline {
  async function wiped(answer: Promise<object>, requester: Session): Promise<object> {
    try {
      return await answer;
    } finally {
      if (gate.isShut) await seal(requester);
    }
  }
  return (call) => (call.method === 'system.seal' ? wiped(pipeline(call), call.session) : pipeline(call));
}

/** No call comes in any more, and this one was the first to want that. */
function shutOut(gate: Gate): void {
  if (gate.isShut) throw new SidecarError('sealed');
  gate.shut(() => new SidecarError('sealed'));
}

function createFlowHandlers(
  parts: FlowParts,
  pkcs11Objects: Pkcs11Objects,
  sessionKeys: number,
  rehearse: Rehearse,
): Handlers {
  const { governance, keystore, log, logKeys, crypto, namedKeys, cursors, startedAt, now } = parts;
  const { policy, sessions } = governance;
  const mayDo = createMayDo(policy, now);
  return createHandlers({
    crypto,
    keystore,
    log,
    logKeys,
    logRetention: createLogRetention(log, keystore.documents, now, () => parts.witnessing?.seenByAll),
    governance,
    mayLook: (execution, record) => mayDo(execution, 'keys.get', namedKeys.resourceOf(record)),
    mayLookAtUsage: (execution, record) => mayDo(execution, 'keys.usage', namedKeys.resourceOf(record)),
    mayLookAtApproval: (execution, { approval, subject }) =>
      mayDo(execution, 'approvals.get', approvalResource(approval.id, subject)),
    mayHear: (execution, { event, subject }) =>
      subject === undefined || mayDo(execution, 'approvals.get', approvalResource(event.approval ?? '', subject)),
    mayChangeOthers: (execution) =>
      mayDo(execution, 'principals.set', { type: 'System', id: 'sidecar', attributes: {} }),
    mayLookAtObject: (execution, record) => mayDo(execution, 'pkcs11Objects.get', pkcs11ObjectResource(record)),
    cursors,
    pkcs11Objects,
    keyChanged: parts.keyChanged,
    keyRetention: parts.keyRetention,
    rotationPolicies: parts.rotationPolicies,
    backups: parts.backups,
    keyUsage: parts.keyUsage,
    turnover: parts.turnover,
    nextShares: parts.nextShares,
    importKeys: parts.importKeys,
    mayImport: (execution, params, algorithm) =>
      mayDo(execution, 'keys.import', newKey(params.name, execution.principal, { ...params, algorithm })),
    greeting: greetingOf(log, sessionKeys),
    fillRandom: (bytes) => randomFillSync(bytes),
    status: {
      startedAt,
      now,
      keystore,
      log,
      witnessing: parts.witnessing,
      nextShares: parts.nextShares,
      policy,
      sessionCount: () => sessions.open.size,
      readiness: parts.telemetry.readiness,
    },
    questions: createPolicyQuestions(governance, namedKeys),
    recordedRequests: createRecordedRequests(log, governance, { namedKeys, findObject: (id) => pkcs11Objects.get(id) }),
    rehearse,
    shutOut: () => shutOut(parts.gate),
    now,
  });
}
