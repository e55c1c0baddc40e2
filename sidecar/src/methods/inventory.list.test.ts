import { expect, it, onTestFinished } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import { createCursors } from '../cursors.ts';
import { newKey, testStore } from '../keystore/test-store.ts';
import { principalOf } from '../policy/test-request.ts';
import type { Execution } from '../request/context.ts';
import { Secret } from '../secret.ts';
import { createInventoryList } from './inventory.list.ts';
import { createKeysList } from './keys.list.ts';

const execution = { principal: principalOf('zoe') } as Execution;
const nowMs = 5_000;

/** The inventory of four keys, of which one may not be seen, and one's uses may not. */
async function inventory() {
  const keystore = await testStore().open({ now: () => 1_000 });
  onTestFinished(() => keystore.close());
  await keystore.create(newKey('a', { algorithm: { name: 'ML-KEM-1024' } }));
  await keystore.create(newKey('b', { algorithm: { name: 'HMAC', hash: 'SHA-1', length: 80 }, expiresAt: nowMs }));
  await keystore.create(newKey('hidden'));
  await keystore.create(newKey('quiet'));
  const now = () => nowMs;
  const cursors = createCursors(createSealing(), Secret.copy(Buffer.alloc(32, 7)));
  const list = createKeysList(keystore, (_, { name }) => name !== 'hidden', cursors, now);
  return createInventoryList(list, {
    now,
    keyUsage: { of: ({ name }) => (name === 'a' ? { uses: 3, bytes: 96, usedAt: 4_000 } : undefined) },
    rotationPolicies: { of: () => undefined },
    mayLookAtUsage: (_, { name }) => name !== 'quiet',
  });
}

it('tells strength, state and use of each version that may be seen', async () => {
  const list = await inventory();
  const { entries, asOf, nextCursor } = await list({}, execution);
  expect({ asOf, nextCursor }).toEqual({ asOf: nowMs, nextCursor: undefined });
  const told = Object.fromEntries(entries.map(({ record, versions }) => [record.name, versions]));
  const weak = { securityBits: 80, quantumSafe: false, hybrid: false, cnsa2: false };
  const best = { securityBits: 256, quantumSafe: true, hybrid: false, cnsa2: true };
  expect(told).toMatchObject({
    a: [{ version: 1, state: 'active', strength: best, usage: { version: 1, uses: 3, bytes: 96, usedAt: 4_000 } }],
    b: [{ version: 1, state: 'deactivated', strength: weak, usage: { version: 1, uses: 0, bytes: 0 } }],
    quiet: [{ version: 1, state: 'active' }],
  });
  expect(Object.keys(told)).toEqual(['a', 'b', 'quiet']);
  expect(told.quiet?.[0]).not.toHaveProperty('usage');
});

it('goes on where a page ended', async () => {
  const list = await inventory();
  const { entries, nextCursor = '' } = await list({ limit: 2 }, execution);
  expect(entries).toHaveLength(2);
  const rest = await list({ limit: 2, cursor: nextCursor }, execution);
  expect(rest.entries.map(({ record }) => record.name)).toEqual(['quiet']);
  expect(rest.nextCursor).toBeUndefined();
});
