import type { MethodName } from '../generated/types.ts';

/** Where each method that wraps what it releases says how, and under which key of this sidecar. */
const paths: Readonly<Partial<Record<MethodName, { readonly name: string; readonly key: string }>>> = Object.freeze({
  'keys.export': { name: 'wrapping.name', key: 'wrapping.key' },
  'subtle.wrapKey': { name: 'wrapAlgorithm.name', key: 'wrappingKey' },
});

/** A wrapping that a method answers but none takes back: who may use the key here does not get at what is wrapped. */
const oneWay = 'AES-KWP';

/** How a call wraps the secret that it releases. */
export interface Wrapping {
  readonly name: string;
  /** Handle of a named key with which methods of `subtle` open it again. */
  readonly openedBy?: string;
}

/**
 * How the secret that a call releases is wrapped, for policies; undefined where it leaves as it is, and where none
 * leaves. Under a session key it counts as unwrapped: whoever made that key may have it elsewhere.
 *
 * @param param of a path, such as `wrapping.name`
 */
export function wrappingOf(method: MethodName, param: (path: string) => unknown): Wrapping | undefined {
  const path = paths[method];
  if (path === undefined) return undefined;
  const [name, key] = [param(path.name), param(path.key)];
  if (typeof name !== 'string') return undefined;
  if (typeof key !== 'string' || name === oneWay) return { name };
  return key.startsWith('ses_') ? undefined : { name, openedBy: key };
}
