import type { AuditLog, FoundRecord } from '../audit/log.ts';
import { SidecarError } from '../errors.ts';
import { methodTable } from '../generated/methods.ts';
import type { MethodName } from '../generated/types.ts';
import type { PolicyQuestions } from '../methods/policy.explain.ts';
import type { RecordedRequest, RecordedRequests } from '../methods/policy.simulate.ts';
import type { PolicyResource } from '../policy/engine.ts';
import type { NamedKeys } from '../request/locate.ts';
import { type FindPkcs11Object, pkcs11ObjectResource } from '../request/locate-object.ts';
import { openersOf } from '../request/openers-of.ts';
import { wrappingOf } from '../request/wrapping-of.ts';
import { approvalResource, principalOf } from './electorate.ts';
import type { Governance } from './governance.ts';

const system: PolicyResource = { type: 'System', id: 'sidecar', attributes: {} };
const session: PolicyResource = { type: 'Session', id: 'own', attributes: {} };

/** Methods on stored objects of PKCS#11. */
const ofObjects: ReadonlySet<string> = new Set(['pkcs11-object', 'new-pkcs11-object']);

/** Records that are read at once on the way back. */
const pageRecords = 200;

type Asked = Pick<Governance, 'directory' | 'desk'>;

/** Where what requests acted upon is found. */
interface Found {
  readonly namedKeys: NamedKeys;
  readonly findObject: FindPkcs11Object;
}

/** Turns questions in words into what policies are asked. */
export function createPolicyQuestions({ directory }: Asked, namedKeys: NamedKeys): PolicyQuestions {
  return {
    principal: (id) => principalOf(directory.current, id),
    async resource(action, key, principal) {
      const method = Object.values(methodTable).find((traits) => traits.action === action);
      if (method === undefined) return undefined;
      if (method.resource === 'session') return session;
      if (method.resource === 'system') return system;
      if (ofObjects.has(method.resource)) return pkcs11ObjectResource({ id: 'own', owner: principal, kind: 'data' });
      if (key === undefined) throw new SidecarError('invalid_params', `${action} acts on a key: name it`);
      const handle = await namedKeys.handle(key);
      if (method.resource === 'key' || method.resource === 'named-key') {
        return handle === undefined ? undefined : (await namedKeys.held(handle))?.resource;
      }
      return (await namedKeys.named(key)).resource;
    },
  };
}

/** What the log remembers of requests, newest first, as they would be asked now. */
export function createRecordedRequests(log: AuditLog, asked: Asked, found: Found): RecordedRequests {
  return async function* recorded(count): AsyncGenerator<RecordedRequest> {
    let left = count;
    for (let end = log.size; end > log.minimumIndex && left > 0; ) {
      const start = Math.max(log.minimumIndex, end - pageRecords);
      const page = await log.records(start, end - start);
      for (const record of page.toReversed()) {
        if (left === 0 || !isRequest(record)) continue;
        left -= 1;
        yield { ...record, ...(await requestOf(record, asked, found)) };
      }
      end = start;
    }
  };
}

/** An intent says the same as its result. */
function isRequest({ record, personal }: FoundRecord): boolean {
  return personal?.principal !== undefined && record.phase !== 'intent' && record.operation in methodTable;
}

async function requestOf(
  { record, personal }: FoundRecord,
  asked: Asked,
  found: Found,
): Promise<Pick<RecordedRequest, 'request' | 'openers'>> {
  const { operation, time, details } = record;
  const principal = principalOf(asked.directory.current, personal?.principal ?? '');
  const { action, resource: kind } = methodTable[operation as MethodName];
  const id = record.resource ?? '';
  const resource =
    kind === 'new-pkcs11-object'
      ? pkcs11ObjectResource({ id, kind: id, owner: personal?.principal ?? '' })
      : await resourceOf(kind, id, asked, found);
  if (principal === undefined || resource === undefined) return { request: undefined };
  const wrapping = wrappingOf(operation as MethodName, (path) => details?.[path]);
  const context = { approvals: 0, transport: 'unix', source: 'default', time, wrapping: wrapping?.name } as const;
  const request = { principal, action, resource, context };
  const openedBy = wrapping?.openedBy;
  return openedBy === undefined ? { request } : { request, openers: await openersOf(openedBy, found.namedKeys.held) };
}

async function resourceOf(
  kind: (typeof methodTable)[MethodName]['resource'],
  id: string,
  { desk }: Asked,
  { namedKeys, findObject }: Found,
): Promise<PolicyResource | undefined> {
  if (kind === 'system') return system;
  if (kind === 'session') return session;
  if (kind === 'approval') {
    const subject = await desk.subject(id);
    return subject && approvalResource(id, subject);
  }
  if (kind === 'pkcs11-object') {
    const object = await findObject(id);
    return object && pkcs11ObjectResource(object);
  }
  // A session key is gone with its connection.
  if (kind === 'key' || kind === 'named-key') return (await namedKeys.held(id))?.resource;
  return (await namedKeys.named(id)).resource;
}
