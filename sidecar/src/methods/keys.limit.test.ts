import { expect, test } from 'vitest';
import { newKey } from '../keystore/test-store.ts';
import { codeOf, testQuotas } from '../limits/test-quotas.ts';
import { principalOf } from '../policy/test-request.ts';
import type { Execution } from '../request/context.ts';
import { createKeysLimit } from './keys.limit.ts';
import { createKeysUnfreeze } from './keys.unfreeze.ts';

const execution = (requestDigest: string) => ({ principal: principalOf('olga'), requestDigest }) as Execution;

test('a key is limited by its name or id, frozen by its use, and unfrozen', async () => {
  const { keystore, quotas } = await testQuotas();
  const limit = createKeysLimit(keystore, quotas);
  const unfreeze = createKeysUnfreeze(keystore, quotas);
  const { id } = await keystore.create(newKey('payments/signing'));
  const quota = { perMinute: 1, onExceed: 'freeze' } as const;
  expect(await limit({ name: 'payments/signing', quota, requestId: 'limit-it' }, execution('1'))).toEqual({ quota });
  const use = () => quotas.admit({ principal: 'app', keyId: id, bytes: 1, action: 'subtle.sign' });
  expect([1, 2, 3].map(() => codeOf(use))).toEqual(['ok', 'key_frozen', 'key_frozen']);
  expect(await unfreeze({ name: id, requestId: 'unfreeze' }, execution('2'))).toEqual({});
  expect([1, 2].map(() => codeOf(use))).toEqual(['ok', 'key_frozen']);
  // The first request again answers its outcome, but the key was frozen since.
  await unfreeze({ name: id, requestId: 'unfreeze' }, execution('2'));
  expect(codeOf(use)).toBe('key_frozen');
});

test('a key that there is not is not found', async () => {
  const { keystore, quotas } = await testQuotas();
  const missing = { name: 'nothing', requestId: 'request-1' };
  await expect(createKeysLimit(keystore, quotas)({ ...missing, quota: {} }, execution('1'))).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(createKeysUnfreeze(keystore, quotas)(missing, execution('1'))).rejects.toMatchObject({
    code: 'not_found',
  });
});
