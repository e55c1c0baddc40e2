import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Quota } from '../generated/types.ts';
import { type TestStore, testStore } from '../keystore/test-store.ts';
import type { Freeze } from './key-quotas.ts';
import { createQuotas, type QuotasParts } from './quotas.ts';

/** Quotas over a real store, with a clock and principals of the test's. */
export async function testQuotas(change: Partial<QuotasParts> & { store?: TestStore } = {}) {
  const { store = testStore(), ...parts } = change;
  const keystore = await store.open();
  onTestFinished(() => keystore.close().catch(() => undefined));
  const clock = { nowMs: 1_800_000_000_000 };
  const principals = new Map<string, Quota>();
  const freezes: Freeze[] = [];
  const errors: unknown[] = [];
  const recorded: { operation: string; facts: object }[] = [];
  const quotas = await createQuotas({
    documents: keystore.documents,
    now: () => clock.nowMs,
    principalQuota: (id) => principals.get(id),
    recorded: (operation, facts, work) => {
      recorded.push({ operation, facts });
      return work();
    },
    onFreeze: (freeze) => freezes.push(freeze),
    onError: (error) => errors.push(error),
    ...parts,
  });
  const keyId = 'key_AAAAAAAAAAAAAAAAAAAAAA';
  return {
    store,
    keystore,
    clock,
    principals,
    freezes,
    errors,
    recorded,
    quotas,
    keyId,
    request: () => ({ requestId: randomUUID(), requestDigest: randomUUID(), principal: 'alice' }),
    use: (bytes = 0, principal = 'alice') => quotas.admit({ principal, keyId, bytes, action: 'subtle.sign' }),
  };
}

/** The code with which something is refused, `ok` when it is not. */
export function codeOf(act: () => unknown): string {
  try {
    act();
    return 'ok';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}
