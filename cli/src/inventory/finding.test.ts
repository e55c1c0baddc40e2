import { describe, expect, test } from 'vitest';
import { findingsOf } from './finding.ts';
import { summaryOf } from './summary.ts';
import { asOf, day, type TestVersion, testKey } from './test-keys.ts';

const strong = { name: 'ML-DSA-87', securityBits: 256, quantumSafe: true, cnsa2: true };
const daily = { everySeconds: 86_400 };
const unused = { uses: 0, bytes: 0 };

/** What is found, but for the schedule that most of these do not have. */
function found(record: Parameters<typeof testKey>[0], versions?: readonly TestVersion[]) {
  return testKey(record, versions).findings.filter((finding) => finding !== 'no-rotation');
}

describe('what is wrong with a key', () => {
  test('nothing, where everything is strong and scheduled', () => {
    expect(testKey({ rotation: { everySeconds: 10 * 86_400 } }, [strong]).findings).toEqual([]);
  });

  test('weak and vulnerable versions count only while they are in force', () => {
    const weak = { securityBits: 80 };
    expect(found({}, [weak])).toEqual(['quantum-vulnerable', 'weak', 'cnsa2']);
    for (const state of ['pre-activation', 'suspended'] as const) {
      expect(found({}, [{ ...weak, state }, strong])).toContain('weak');
    }
    for (const state of ['deactivated', 'pending-destruction', 'destroyed'] as const) {
      expect(found({}, [{ ...weak, state }, strong])).toEqual([]);
    }
  });

  test('112 bits are not weak', () => {
    expect(found({}, [{ securityBits: 112 }])).not.toContain('weak');
    expect(found({}, [{ securityBits: 111 }])).toContain('weak');
  });

  test('an expired key, until its secret is gone', () => {
    const late: TestVersion = { ...strong, state: 'deactivated' };
    expect(found({ expiresAt: asOf }, [late])).toEqual(['expired']);
    expect(found({ expiresAt: asOf + 1 }, [strong])).toEqual([]);
    expect(found({ expiresAt: asOf }, [{ ...strong, state: 'destroyed' }])).toEqual([]);
  });

  test('a key in force without a schedule, and none that is not in force', () => {
    expect(testKey({}, [strong]).findings).toEqual(['no-rotation']);
    expect(testKey({ rotation: { overlapSeconds: 5 } }, [strong]).findings).toEqual(['no-rotation']);
    expect(testKey({}, [{ ...strong, state: 'deactivated' }]).findings).toEqual([]);
  });

  test('a date that passed more than an hour ago', () => {
    expect(found({ rotation: daily }, [{ ...strong, ageDays: 1 }])).toEqual([]);
    expect(found({ rotation: daily }, [{ ...strong, ageDays: 2 }])).toEqual(['overdue']);
    expect(found({ rotation: daily }, [{ ...strong, ageDays: 2, state: 'suspended' }])).toEqual([]);
  });

  test('more uses or bytes than the schedule lets a version have', () => {
    const used = { ...strong, usage: { uses: 11, bytes: 100, usedAt: asOf } };
    expect(found({ rotation: { afterUses: 10 } }, [used])).toEqual(['overdue']);
    expect(found({ rotation: { afterUses: 11 } }, [used])).toEqual([]);
    expect(found({ rotation: { afterBytes: 99 } }, [used])).toEqual(['overdue']);
  });

  test('a compromised version beside a good one', () => {
    expect(found({}, [{ state: 'compromised' }, strong])).toEqual(['compromised']);
  });

  test('90 days without a use, and nothing where the uses are not known', () => {
    const old = { ...strong, ageDays: 90 };
    expect(found({}, [{ ...old, usage: unused }])).toEqual(['unused']);
    expect(found({}, [{ ...old, ageDays: 89, usage: unused }])).toEqual([]);
    expect(found({}, [old])).toEqual([]);
    expect(found({}, [{ ...old, usage: { uses: 1, bytes: 0, usedAt: asOf - 89 * day } }])).toEqual([]);
    expect(found({}, [{ ...old, usage: { uses: 1, bytes: 0, usedAt: asOf - 90 * day } }])).toEqual(['unused']);
  });
});

test('a key without versions has no findings', () => {
  expect(findingsOf({ versions: [] }, asOf)).toEqual([]);
});

test('the summary counts keys once, versions by state, and shares of what is in force', () => {
  const keys = [
    testKey({ name: 'a' }, [{ state: 'deactivated' }, {}, {}]),
    testKey({ name: 'b' }, [strong]),
    testKey({ name: 'c' }, [{ state: 'destroyed' }]),
    testKey({ name: 'd' }, [{ name: 'X25519' }, strong]),
  ];
  expect(summaryOf(keys)).toMatchObject({
    ...{ keys: 4, keysInForce: 3, quantumVulnerableKeys: 2, quantumVulnerableShare: 2 / 3 },
    algorithms: { 'ECDSA P-256': 2, 'ML-DSA-87': 2, X25519: 1 },
    states: { active: 5, deactivated: 1, destroyed: 1 },
    cnsa2Moves: [
      { from: 'ECDSA P-256', to: 'ML-DSA-87', keys: ['a'] },
      { from: 'X25519', to: 'ML-KEM-1024', keys: ['d'] },
    ],
    findings: { 'quantum-vulnerable': ['a', 'd'], weak: [], 'no-rotation': ['a', 'b', 'd'] },
  });
  expect(summaryOf([])).toMatchObject({ keys: 0, quantumVulnerableShare: 0 });
});
