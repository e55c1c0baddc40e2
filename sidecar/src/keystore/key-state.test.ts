import { expect, test } from 'vitest';
import { methodTable } from '../generated/methods.ts';
import type { KeyState } from '../generated/types.ts';
import { permits } from './key-state.ts';

const looksBack = ['verify', 'decrypt', 'unwrapKey', 'decapsulateBits', 'decapsulateKey', 'getPublicKey'];

/** NIST SP 800-57 part 1, section 7, in the words of the methods on a key; exportKey and the rest need an active key. */
const expected: Record<KeyState, readonly string[] | 'all'> = {
  'pre-activation': [],
  active: 'all',
  suspended: ['verify', 'getPublicKey'],
  deactivated: looksBack,
  compromised: looksBack,
  'pending-destruction': [],
  destroyed: [],
};

test.each(Object.entries(expected))('a key that is %s', (state, allowed) => {
  for (const [method, traits] of Object.entries(methodTable)) {
    if (traits.resource !== 'key') continue;
    const name = method.slice('subtle.'.length);
    expect(permits(state as KeyState, method), method).toBe(allowed === 'all' || allowed.includes(name));
  }
});
