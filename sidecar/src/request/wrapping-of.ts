import type { MethodName } from '../generated/types.ts';

/** Where each method that wraps what it releases says how. */
const namePaths: Readonly<Partial<Record<MethodName, string>>> = Object.freeze({
  'keys.export': 'wrapping.name',
  'subtle.wrapKey': 'wrapAlgorithm.name',
});

/**
 * How the secret that a call releases is wrapped, for policies; undefined where it leaves as it is, and where none
 * leaves. Under a session key it counts as unwrapped: whoever made that key may have it elsewhere.
 *
 * @param param of a path, such as `wrapping.name`
 */
export function wrappingOf(method: MethodName, param: (path: string) => unknown): string | undefined {
  const path = namePaths[method];
  if (path === undefined || String(param('wrappingKey')).startsWith('ses_')) return undefined;
  const name = param(path);
  return typeof name === 'string' ? name : undefined;
}
