import type { KeyRecord, KeyState, KeyVersion } from '../generated/types.ts';

/** What a use does with a key, in the words of the minimum versions of its record. */
export type KeyUse = 'encrypt' | 'decrypt' | 'sign' | 'verify';

/** What each method does that the state of a key or its minimum versions may forbid. */
const uses: Readonly<Record<string, KeyUse>> = Object.freeze<Record<string, KeyUse>>({
  'subtle.encrypt': 'encrypt',
  'subtle.wrapKey': 'encrypt',
  'keys.export.wrappingKey': 'encrypt',
  'subtle.encapsulateBits': 'encrypt',
  'subtle.encapsulateKey': 'encrypt',
  'dataKey.generate': 'encrypt',
  'dataKey.rewrap': 'encrypt',
  'subtle.decrypt': 'decrypt',
  'subtle.unwrapKey': 'decrypt',
  'subtle.decapsulateBits': 'decrypt',
  'subtle.decapsulateKey': 'decrypt',
  'dataKey.decrypt': 'decrypt',
  'subtle.sign': 'sign',
  'subtle.signDigest': 'sign',
  // It makes signatures as well: of a key that does not sign any more it is refused.
  'subtle.decrypt.rawRsa': 'sign',
  'subtle.verify': 'verify',
});

/** What each state still permits (NIST SP 800-57 part 1, section 7); `all` means every method. */
const permitted: Readonly<Record<KeyState, 'all' | ReadonlySet<KeyUse>>> = Object.freeze({
  'pre-activation': new Set<KeyUse>(),
  active: 'all',
  suspended: new Set<KeyUse>(['verify']),
  deactivated: new Set<KeyUse>(['verify', 'decrypt']),
  compromised: new Set<KeyUse>(['verify', 'decrypt']),
  'pending-destruction': new Set<KeyUse>(),
  destroyed: new Set<KeyUse>(),
});

/** States in which the public half of a pair may still be handed out. */
const showsPublicHalf: ReadonlySet<KeyState> = new Set(['active', 'suspended', 'deactivated', 'compromised']);

/** What the method does with a key; undefined where only an active key will do. */
export function useOf(method: string): KeyUse | undefined {
  return uses[method];
}

/** Whether a key version in that state may be used for that method. */
export function permits(state: KeyState, method: string): boolean {
  if (method === 'subtle.getPublicKey') return showsPublicHalf.has(state);
  const allowed = permitted[state];
  if (allowed === 'all') return true;
  const use = useOf(method);
  return use !== undefined && allowed.has(use);
}

/** When a version that is in use is deactivated by time, in milliseconds since 1970; undefined: never. */
export function endOf({ expiresAt }: Pick<KeyRecord, 'expiresAt'>, { endsAt }: KeyVersion): number | undefined {
  return endsAt === undefined || expiresAt === undefined ? (endsAt ?? expiresAt) : Math.min(endsAt, expiresAt);
}

/** The state that counts at a time: what has come to its end is deactivated, whether or not that was written down. */
export function stateAt(record: Pick<KeyRecord, 'expiresAt'>, version: KeyVersion, nowMs: number): KeyState {
  return effectiveState(version.state, endOf(record, version), nowMs);
}

/** The same of a state and the end of it. */
export function effectiveState(state: KeyState, end: number | undefined, nowMs: number): KeyState {
  const isInUse = state === 'active' || state === 'suspended';
  return isInUse && end !== undefined && end <= nowMs ? 'deactivated' : state;
}
