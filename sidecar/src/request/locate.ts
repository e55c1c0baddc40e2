import { SidecarError } from '../errors.ts';
import type { PolicyResource } from '../policy/engine.ts';
import type { Call, HeldKey, Target } from './context.ts';

export interface NamedKeys {
  /** The key of a handle `key_.../2` or `key_.../2/public`. */
  held(handle: string): Promise<HeldKey | undefined>;
  /** How the policy sees the key of that name or id, existing or not. */
  resource(nameOrId: string): Promise<PolicyResource>;
}

const system: Target = {
  id: 'system',
  resource: Object.freeze({ type: 'System', id: 'sidecar', attributes: Object.freeze({}) }),
  keys: new Map(),
  others: [],
};
const session: Target = {
  id: 'session',
  resource: Object.freeze({ type: 'Session', id: 'own', attributes: Object.freeze({}) }),
  keys: new Map(),
  others: [],
};

/** Finds the resource that a method's schema names and every key that its params refer to. */
export function createLocator(namedKeys: NamedKeys): (call: Call, params: object) => Promise<Target> {
  async function held(call: Call, handle: string): Promise<HeldKey> {
    const key = handle.startsWith('ses_') ? call.session.keys.get(handle) : await namedKeys.held(handle);
    if (key === undefined) throw new SidecarError('not_found', handle);
    return key;
  }

  async function locateKeys(call: Call, params: object, id: string): Promise<Target> {
    const primary = await held(call, id);
    const keys = new Map([[id, primary]]);
    const others: Target['others'][number][] = [];
    for (const { param, action } of call.traits.otherKeys) {
      const handle = memberAt(params, param);
      if (typeof handle !== 'string') continue;
      const other = await held(call, handle);
      keys.set(handle, other);
      others.push({ resource: other.resource, action });
    }
    return { id, resource: primary.resource, keys, others };
  }

  return async (call, params) => {
    const { resource, key } = call.traits;
    if (resource === 'system') return system;
    if (resource === 'session') return session;
    const id = String(memberAt(params, key ?? ''));
    if (resource === 'key') return locateKeys(call, params, id);
    return { id, resource: await namedKeys.resource(id), keys: new Map(), others: [] };
  };
}

function memberAt(params: object, path: string): unknown {
  let node: unknown = params;
  for (const member of path.split('.')) {
    if (node === null || typeof node !== 'object') return undefined;
    node = (node as Record<string, unknown>)[member];
  }
  return node;
}
