import type { HeldKey, Subject } from './context.ts';

/** What gives back what a key has wrapped, and the usage that it needs. */
const openings = Object.freeze([
  ['subtle.unwrapKey', 'unwrapKey'],
  ['subtle.decrypt', 'decrypt'],
] as const);

/**
 * What a caller would ask for to open again what a named key wraps.
 *
 * @param handle of the key that wraps; a public half wraps for its private one
 */
export async function openersOf(
  handle: string,
  held: (handle: string) => Promise<HeldKey | undefined>,
): Promise<readonly Subject[]> {
  const id = handle.replace(/\/public$/, '');
  const opening = await held(id);
  if (opening === undefined) return [];
  const { key, resource } = opening;
  return openings.filter(([, usage]) => key.usages.includes(usage)).map(([action]) => ({ id, resource, action }));
}
