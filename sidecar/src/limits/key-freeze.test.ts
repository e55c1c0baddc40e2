import { expect, test } from 'vitest';
import { codeOf, testQuotas } from './test-quotas.ts';

const freezing = { perMinute: 2, onExceed: 'freeze' } as const;

test('a key used beyond its quota is frozen for everybody at once, and after a restart, until it is unfrozen', async () => {
  const first = await testQuotas();
  const { quotas, keyId, request, use, freezes, recorded, errors, keystore, store, clock } = first;
  await quotas.limit(keyId, freezing, request());
  use();
  use();
  expect(codeOf(() => use())).toBe('key_frozen');
  expect(codeOf(() => use(0, 'bob'))).toBe('key_frozen');
  clock.nowMs += 86_400_000;
  expect(codeOf(() => use(0, 'bob'))).toBe('key_frozen');
  const limit = '2 operations a minute';
  expect(freezes).toEqual([{ keyId, by: 'alice', limit }]);
  expect(recorded).toEqual([
    { operation: 'key.freeze', facts: { principal: 'alice', resource: keyId, details: { limit } } },
  ]);
  // A change of the limits waits for the freeze to be stored, and leaves it.
  await quotas.limit(keyId, {}, request());
  expect(codeOf(() => use())).toBe('key_frozen');
  expect(await keystore.documents.get('key-quota', keyId)).toMatchObject({ quota: {}, frozenBy: 'alice' });
  await quotas.limit(keyId, freezing, request());
  await keystore.close();

  const again = await testQuotas({ store });
  expect(codeOf(() => again.use())).toBe('key_frozen');
  await again.quotas.unfreeze(keyId, again.request());
  expect([1, 2, 3].map(() => codeOf(() => again.use()))).toEqual(['ok', 'ok', 'key_frozen']);
  await again.quotas.unfreeze(keyId, again.request());
  expect([1, 2].map(() => codeOf(() => again.use()))).toEqual(['ok', 'ok']);
  expect(await again.keystore.documents.get('key-quota', keyId)).toEqual({ quota: freezing });
  expect(errors).toEqual([]);
});

test('what is under way when a key is frozen still counts when it is unfrozen', async () => {
  const { quotas, keyId, request, use } = await testQuotas();
  await quotas.limit(keyId, { concurrent: 1, onExceed: 'freeze' }, request());
  const leave = use();
  expect(codeOf(() => use())).toBe('key_frozen');
  await quotas.unfreeze(keyId, request());
  expect(codeOf(() => use())).toBe('key_frozen');
  leave();
  await quotas.unfreeze(keyId, request());
  expect(codeOf(() => use())).toBe('ok');
});

test('to unfreeze a key that is not frozen gives nothing back', async () => {
  const { quotas, keyId, request, use } = await testQuotas();
  await quotas.limit(keyId, { perMinute: 1 }, request());
  use();
  await quotas.unfreeze(keyId, request());
  expect(codeOf(() => use())).toBe('rate_limited');
});

test('a principal beyond its own limits cannot freeze a key', async () => {
  const { quotas, keyId, request, use, principals } = await testQuotas();
  principals.set('mallory', { perMinute: 1, onExceed: 'freeze' });
  await quotas.limit(keyId, freezing, request());
  expect([1, 2, 3].map(() => codeOf(() => use(0, 'mallory')))).toEqual(['ok', 'rate_limited', 'rate_limited']);
  expect(codeOf(() => use())).toBe('ok');
});

test('a freeze that cannot be stored is told, and holds in this process until it is lifted', async () => {
  const { quotas, keyId, request, use, errors, keystore } = await testQuotas({
    recorded: async () => {
      throw new Error('the log is full');
    },
  });
  await quotas.limit(keyId, freezing, request());
  expect([1, 2, 3, 4].map(() => codeOf(() => use()))).toEqual(['ok', 'ok', 'key_frozen', 'key_frozen']);
  await quotas.unfreeze(keyId, request());
  expect(errors).toEqual([new Error('the log is full')]);
  expect(codeOf(() => use())).toBe('ok');
  expect(await keystore.documents.get('key-quota', keyId)).toEqual({ quota: freezing });
});

test('a key that is used beyond its quota while it is being limited or unfrozen is frozen in the end', async () => {
  const { quotas, keyId, request, use, keystore } = await testQuotas();
  await quotas.limit(keyId, freezing, request());
  use();
  use();
  const changing = quotas.limit(keyId, { ...freezing, perDay: 9 }, request());
  expect(codeOf(() => use())).toBe('key_frozen');
  await changing;
  expect(codeOf(() => use())).toBe('key_frozen');
  await quotas.limit(keyId, { ...freezing, perDay: 8 }, request());
  expect(codeOf(() => use())).toBe('key_frozen');
  const stored = await keystore.documents.get('key-quota', keyId);
  expect(stored).toMatchObject({ quota: { perDay: 8 }, frozenBy: 'alice' });
});
