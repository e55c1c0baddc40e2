import type { KeyState } from '../generated/types.ts';

/** Operations that look back: they read or check what the key protected before. */
const lookingBack = [
  'subtle.verify',
  'subtle.decrypt',
  'subtle.unwrapKey',
  'subtle.decapsulateBits',
  'subtle.decapsulateKey',
  'subtle.getPublicKey',
] as const;

/** What each state still permits (NIST SP 800-57 part 1, section 7); `all` means every operation. */
const permitted: Readonly<Record<KeyState, 'all' | ReadonlySet<string>>> = Object.freeze({
  'pre-activation': new Set<string>(),
  active: 'all',
  suspended: new Set<string>(['subtle.verify', 'subtle.getPublicKey']),
  deactivated: new Set<string>(lookingBack),
  compromised: new Set<string>(lookingBack),
  'pending-destruction': new Set<string>(),
  destroyed: new Set<string>(),
});

/** Whether a key version in that state may be used for that method. */
export function permits(state: KeyState, method: string): boolean {
  const methods = permitted[state];
  return methods === 'all' || methods.has(method);
}
