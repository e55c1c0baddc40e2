import { describe, expect, test } from 'vitest';
import type { KeyRecord, KeyState, KeyVersion } from '../generated/types.ts';
import { type KeyMove, moveVersions } from './key-moves.ts';
import { permits, stateAt } from './key-state.ts';

const states: readonly KeyState[] = [
  'pre-activation',
  'active',
  'suspended',
  'deactivated',
  'compromised',
  'pending-destruction',
  'destroyed',
];

/** SP 800-57 part 1 revision 5, figure 3 and section 7.3, with the wait before destruction; each line: from, move, to. */
const figure = `
pre-activation activate active
pre-activation compromise compromised
pre-activation destroy pending-destruction
active suspend suspended
active deactivate deactivated
active compromise compromised
suspended resume active
suspended deactivate deactivated
suspended compromise compromised
deactivated compromise compromised
deactivated destroy pending-destruction
compromised destroy pending-destruction
pending-destruction cancelDestruction deactivated
pending-destruction erase destroyed`;
const lines = figure.trim().split('\n');
const moves: readonly KeyMove[] = [
  'activate',
  'suspend',
  'resume',
  'deactivate',
  'compromise',
  'destroy',
  'cancelDestruction',
  'erase',
];

function version(number: number, state: KeyState, change: Partial<KeyVersion> = {}): KeyVersion {
  return { version: number, state, algorithm: { name: 'AES-GCM', length: 256 }, createdAt: 1, ...change };
}

function record(first: KeyVersion, ...others: KeyVersion[]): KeyRecord {
  return {
    ...{ id: `key_${'A'.repeat(22)}`, name: 'a', owner: 'olga', type: 'secret', extractable: false },
    ...{ usages: ['encrypt', 'decrypt'], labels: {}, createdAt: 1, updatedAt: 1, revision: 1 },
    versions: [first, ...others],
  };
}

function stateAfter(state: KeyState, move: KeyMove): string {
  try {
    return moveVersions(record(version(1, state)), move, { nowMs: 5 }).versions[0].state;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('the state machine', () => {
  test.each(states.flatMap((state) => moves.map((move) => [state, move] as const)))('%s, %s', (state, move) => {
    const line = lines.find((candidate) => candidate.startsWith(`${state} ${move} `));
    expect(stateAfter(state, move)).toBe(line?.split(' ')[2] ?? 'key_state');
  });

  test('remembers since when, why, and what a destruction interrupted', () => {
    const compromised = record(version(1, 'compromised', { endedAt: 3 }));
    const waiting = moveVersions(compromised, 'destroy', { nowMs: 5, destroyAt: 9, reason: 'no longer needed' });
    expect(waiting.versions[0]).toEqual(
      version(1, 'pending-destruction', {
        ...{ since: 5, endedAt: 3, destroyAt: 9, reason: 'no longer needed', stateBefore: 'compromised' },
      }),
    );
    const kept = moveVersions(waiting, 'cancelDestruction', { nowMs: 7 });
    expect(kept.versions[0]).toEqual(version(1, 'compromised', { since: 7, endedAt: 3 }));
  });
});

describe('a key of several versions', () => {
  const several = record(version(1, 'destroyed'), version(2, 'deactivated'), version(3, 'active'));
  const statesOf = ({ versions }: KeyRecord) => versions.map(({ state }) => state).join(' ');

  test('is moved as far as it can be', () => {
    expect(statesOf(moveVersions(several, 'suspend', { nowMs: 5 }))).toBe('destroyed deactivated suspended');
    expect(statesOf(moveVersions(several, 'compromise', { nowMs: 5 }))).toBe('destroyed compromised compromised');
  });

  test('is not destroyed in part by accident, but by its version', () => {
    expect(() => moveVersions(several, 'destroy', { nowMs: 5 })).toThrow('version 3 of a is active');
    const part = moveVersions(several, 'destroy', { nowMs: 5, version: 2 });
    expect(statesOf(part)).toBe('destroyed pending-destruction active');
    const rest = moveVersions(part, 'deactivate', { nowMs: 6 });
    expect(statesOf(moveVersions(rest, 'destroy', { nowMs: 7 }))).toBe(
      'destroyed pending-destruction pending-destruction',
    );
  });

  test('refuses a version that it does not have, and a move that nothing can make', () => {
    expect(() => moveVersions(several, 'suspend', { nowMs: 5, version: 4 })).toThrow('no version 4');
    expect(() => moveVersions(several, 'suspend', { nowMs: 5, version: 2 })).toThrow('version 2 of a is deactivated');
    expect(() => moveVersions(several, 'resume', { nowMs: 5 })).toThrow('resume needs suspended');
  });
});

describe('time', () => {
  const ending = record(version(1, 'active', { endsAt: 100 }), version(2, 'suspended'));
  const expiring = { ...ending, expiresAt: 200 };

  test('deactivates what has come to its end, whether or not that was written down', () => {
    const statesAt = (of: KeyRecord, nowMs: number) => of.versions.map((each) => stateAt(of, each, nowMs)).join(' ');
    expect(statesAt(ending, 99)).toBe('active suspended');
    expect(statesAt(ending, 100)).toBe('deactivated suspended');
    expect(statesAt(expiring, 199)).toBe('deactivated suspended');
    expect(statesAt(expiring, 200)).toBe('deactivated deactivated');
  });

  test('counts for moves', () => {
    expect(() => moveVersions(ending, 'suspend', { nowMs: 100 })).toThrow('version 1 of a is deactivated');
    expect(() => moveVersions(ending, 'destroy', { nowMs: 99, version: 1 })).toThrow('version 1 of a is active');
    expect(moveVersions(ending, 'destroy', { nowMs: 100, version: 1 }).versions[0]).toMatchObject({
      state: 'pending-destruction',
      stateBefore: 'deactivated',
    });
  });
});

test('nothing but an active key protects, and nothing at all is done with one that is not there yet or any more', () => {
  const protecting = ['subtle.sign', 'subtle.encrypt', 'subtle.wrapKey', 'subtle.encapsulateKey', 'keys.export'];
  for (const state of states) {
    for (const method of protecting) expect(permits(state, method)).toBe(state === 'active');
  }
  for (const state of ['pre-activation', 'pending-destruction', 'destroyed'] as const) {
    for (const method of ['subtle.verify', 'subtle.decrypt', 'subtle.getPublicKey']) {
      expect(permits(state, method)).toBe(false);
    }
  }
});
