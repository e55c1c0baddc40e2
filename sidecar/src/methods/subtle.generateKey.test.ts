import { afterAll, expect, it } from 'vitest';
import { createCryptoProvider } from '../crypto/crypto-provider.ts';
import { SessionKeys } from '../keystore/session-keys.ts';
import { principalOf } from '../policy/test-request.ts';
import type { Execution, HeldKey, Session } from '../request/context.ts';
import { sessionOf } from '../request/test-session.ts';
import { createSubtleGenerateKey } from './subtle.generateKey.ts';

const crypto = createCryptoProvider();
afterAll(() => crypto.close());
const generate = createSubtleGenerateKey(crypto);
const pair = {
  algorithm: { name: 'Ed25519' },
  extractable: false,
  usages: ['sign', 'verify'] as ('sign' | 'verify')[],
};

function executionWith(limit: number): Execution & { readonly session: Session } {
  const principal = principalOf('zoe');
  const session = sessionOf(principal, { keys: new SessionKeys<HeldKey>(limit) });
  const identity = { principal, credentialId: 'uid:1000' };
  const key = (): never => {
    throw new Error('not asked for');
  };
  const target = 'session';
  return {
    identity,
    principal,
    session,
    target,
    approval: undefined,
    approvals: 0,
    key,
    released: key,
    requireEtag: () => undefined,
    requestDigest: '',
  };
}

it('holds both halves of a pair', async () => {
  const execution = executionWith(2);
  const halves = Object.entries(await generate(pair, execution));
  const types = halves.map(([member, { handle }]) => [member, execution.session.keys.get(handle)?.key.type]);
  expect(types).toEqual([
    ['privateKey', 'private'],
    ['publicKey', 'public'],
  ]);
});

it('keeps no half of a pair for which there is no room', async () => {
  const execution = executionWith(1);
  await expect(generate(pair, execution)).rejects.toMatchObject({ code: 'quota_exceeded' });
  expect(execution.session.keys.size).toBe(0);
});
