import { SidecarError } from '../errors.ts';
import type {
  Algorithm,
  KeyAlgorithm,
  KeysAssignParams,
  KeysRollbackParams,
  KeysRotateParams,
  MethodName,
  Principal,
} from '../generated/types.ts';
import { attributesOf } from '../policy/algorithm-attributes.ts';
import type { PolicyResource } from '../policy/engine.ts';
import type { Call, HeldKey, Subject, Target } from './context.ts';
import { type FindPkcs11Object, locateNewObject, locateObject } from './locate-object.ts';
import { memberAt } from './member-at.ts';
import { openersOf } from './openers-of.ts';
import { specialUses } from './special-uses.ts';
import { parseWrapped } from './wrapped-data-key.ts';
import { wrappingOf } from './wrapping-of.ts';

export interface NamedKeys {
  /** The key of a handle `key_.../2` or `key_.../2/public`. */
  held(handle: string): Promise<HeldKey | undefined>;
  /** How the policy sees the key of that name or id, existing or not, and its etag. */
  named(nameOrId: string): Promise<NamedResource>;
  /** Handle of a version of the key of that name or id, the newest unless told; undefined when there is no such key. */
  handle(nameOrId: string, version?: number): Promise<string | undefined>;
}

export interface NamedResource {
  readonly resource: PolicyResource;
  readonly etag: string;
  /** Algorithms of the key's versions, from 1. */
  readonly algorithms?: readonly KeyAlgorithm[];
}

/** How the policy sees an approval request. */
export type ApprovalResource = (id: string) => Promise<PolicyResource | undefined>;

const noKeys: ReadonlyMap<string, HeldKey> = new Map();

const system: Target = {
  id: 'system',
  resource: Object.freeze({ type: 'System', id: 'sidecar', attributes: Object.freeze({}) }),
  etag: '',
  keys: noKeys,
  others: [],
};
const session: Target = {
  id: 'session',
  resource: Object.freeze({ type: 'Session', id: 'own', attributes: Object.freeze({}) }),
  etag: '',
  keys: noKeys,
  others: [],
};

/** Finds the resource that a method's schema names and every key that its params refer to. */
export type Locate = (principal: Principal | undefined, call: Call, params: object) => Promise<Target>;

export function createLocator(
  namedKeys: NamedKeys,
  approvalResource: ApprovalResource,
  findObject: FindPkcs11Object,
): Locate {
  async function held(call: Call, handle: string): Promise<HeldKey> {
    const key = handle.startsWith('ses_') ? call.session.keys.get(handle) : await namedKeys.held(handle);
    if (key === undefined) throw new SidecarError('not_found', handle);
    return key;
  }

  async function locateKeys(call: Call, params: object, id: string): Promise<Target> {
    const primary = await held(call, id);
    const keys = new Map<string, HeldKey>().set(id, primary);
    const others: Subject[] = [];
    for (const { param, action } of call.traits.otherKeys) {
      const handle = memberAt(params, param);
      if (typeof handle !== 'string') continue;
      const other = await held(call, handle);
      keys.set(handle, other);
      others.push({ id: handle, resource: other.resource, action });
    }
    others.push(...specialUses(call, params, { id, keys }));
    const target = { id, resource: primary.resource, etag: primary.etag ?? '', keys, others };
    const openedBy = wrappingOf(call.method, (path) => memberAt(params, path))?.openedBy;
    return openedBy === undefined ? target : { ...target, openers: await openersOf(openedBy, namedKeys.held) };
  }

  /** What the key will be must be permitted as what it is. */
  async function locateName({ traits, method }: Call, params: object, id: string): Promise<Target> {
    const { resource, etag, algorithms = [] } = await namedKeys.named(id);
    const others: Subject[] = traits.otherKeys.map(({ param, action }) => {
      const name = String(memberAt(params, param));
      return { id: name, action, resource: { ...resource, id: name, attributes: { ...resource.attributes, name } } };
    });
    const changed = becoming[method]?.(resource, params, algorithms);
    if (changed !== undefined) others.push({ id, action: traits.action, resource: changed });
    return { id, resource, etag, keys: noKeys, others };
  }

  /** A version of a key by its name, for methods that compute with it or release it. */
  async function locateVersion(call: Call, params: object, name: string): Promise<Target> {
    const { version } = params as { version?: number };
    const handle = await namedKeys.handle(name, version);
    if (handle === undefined) throw new SidecarError('not_found', name);
    return locateKeys(call, params, handle);
  }

  /**
   * A data key is wrapped by the newest active version, and unwrapped by the version that it names: to wrap it anew takes
   * both. It is read before the key is looked for, so that nothing but the key's own answer depends on whether it exists.
   */
  async function locateDataKey(call: Call, params: object, name: string): Promise<Target> {
    const { wrapped } = params as { wrapped?: Uint8Array };
    const framed = wrapped === undefined ? undefined : await namedKeys.handle(name, parseWrapped(wrapped).keyVersion);
    const wrapping = call.method === 'dataKey.decrypt' ? framed : await namedKeys.handle(name);
    if (wrapping === undefined) throw new SidecarError('not_found', name);
    const target = await locateKeys(call, params, wrapping);
    if (framed === undefined || framed === wrapping) return target;
    const former = await held(call, framed);
    return {
      ...target,
      keys: new Map(target.keys).set(framed, former),
      others: [...target.others, { id: framed, resource: former.resource, action: 'dataKey.decrypt' }],
    };
  }

  async function locateApproval(id: string): Promise<Target> {
    const resource = await approvalResource(id);
    if (resource === undefined) throw new SidecarError('not_found', id);
    return { id, resource, etag: '', keys: noKeys, others: [] };
  }

  return async (principal, call, params) => {
    const { resource, key } = call.traits;
    if (resource === 'system') return system;
    if (resource === 'session') return locateSession(params);
    const id = String(memberAt(params, key ?? ''));
    if (resource === 'key') return locateKeys(call, params, id);
    if (call.method.startsWith('dataKey.')) return locateDataKey(call, params, id);
    if (resource === 'named-key') return locateVersion(call, params, id);
    if (resource === 'approval') return locateApproval(id);
    if (resource === 'pkcs11-object') return locateObject(id, principal, findObject);
    if (resource === 'new-pkcs11-object') return locateNewObject(id, principal);
    if (resource === 'new-key')
      return { id, resource: newKey(id, principal, params), etag: '', keys: noKeys, others: [] };
    return locateName(call, params, id);
  };
}

/** A session key that is about to be made is seen by its algorithm. */
function locateSession(params: object): Target {
  const { algorithm } = params as { algorithm?: Algorithm };
  return algorithm === undefined ? session : sessionTarget(algorithm);
}

/** They look alike to a policy when these agree; sharing the object lets decisions be found by identity. */
const sessionTargets = new Map<string, Target>();

const maxSessionTargets = 1024;

function sessionTarget(algorithm: Algorithm): Target {
  const { name, namedCurve, modulusLength, length, hash, multipurpose } = algorithm;
  const id = JSON.stringify([name, namedCurve, modulusLength, length, hash, multipurpose]);
  const known = sessionTargets.get(id);
  if (known !== undefined) return known;
  const attributes = Object.freeze(attributesOf(algorithm));
  const target: Target = { ...session, resource: Object.freeze({ type: 'Session', id: 'own', attributes } as const) };
  if (sessionTargets.size >= maxSessionTargets) sessionTargets.clear();
  sessionTargets.set(id, target);
  return target;
}

/** What a key is about to become, where that may be permitted otherwise than what it is. */
const becoming: Readonly<
  Partial<
    Record<
      MethodName,
      (resource: PolicyResource, params: object, algorithms: readonly KeyAlgorithm[]) => PolicyResource | undefined
    >
  >
> = Object.freeze({ 'keys.assign': assigned, 'keys.rotate': rotated, 'keys.rollback': rolledBack });

/** A key with the algorithm that its next version is about to be of. */
function rotated(resource: PolicyResource, params: object): PolicyResource | undefined {
  const { algorithm } = params as KeysRotateParams;
  return algorithm && ofAlgorithm(resource, algorithm);
}

function rolledBack(
  resource: PolicyResource,
  params: object,
  algorithms: readonly KeyAlgorithm[],
): PolicyResource | undefined {
  const algorithm = algorithms[(params as KeysRollbackParams).version - 1];
  return algorithm && ofAlgorithm(resource, algorithm);
}

function ofAlgorithm(resource: PolicyResource, algorithm: Algorithm | KeyAlgorithm): PolicyResource {
  return { ...resource, attributes: { ...resource.attributes, ...attributesOf(algorithm) } };
}

/** A key with the owner and the labels that it is about to get. */
function assigned(resource: PolicyResource, params: object): PolicyResource {
  const { owner, labels } = params as KeysAssignParams;
  const { environment, ...attributes } = resource.attributes;
  const label = labels === undefined ? environment : labels.environment;
  return {
    ...resource,
    attributes: {
      ...attributes,
      ...(owner !== undefined && { owner }),
      ...(labels !== undefined && { labels }),
      ...(label !== undefined && { environment: label }),
    },
  };
}

/** A key that is about to be made, as policies see it. */
export function newKey(name: string, principal: Principal | undefined, params: object): PolicyResource {
  const { algorithm, labels = {} } = params as { algorithm: Algorithm; labels?: Record<string, string> };
  const owner = principal?.id ?? '';
  const attributes = {
    scope: 'named',
    name,
    owner,
    labels,
    extractable: false,
    ...attributesOf(algorithm),
  };
  return { type: 'KeyName', id: name, attributes };
}
