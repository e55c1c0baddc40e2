import { beforeEach, describe, expect, it } from 'vitest';
import { methodTable } from '../generated/methods.ts';
import type { KeyState, KeyUsage, MethodName, Principal } from '../generated/types.ts';
import { SessionKeys } from '../keystore/session-keys.ts';
import { defaultPolicy } from '../policy/default-policy.ts';
import type { PolicyEngine } from '../policy/engine.ts';
import { engineOf, keyOf, principalOf } from '../policy/test-request.ts';
import { createAuthorizer } from './authorize.ts';
import type { HeldKey, Session, Trail } from './context.ts';
import { createLocator } from './locate.ts';
import { sessionOf } from './test-session.ts';

const handle = 'key_AAAAAAAAAAAAAAAAAAAAAA/1';
const absent = 'key_BBBBBBBBBBBBBBBBBBBBBB/1';
const zoe = principalOf('zoe', ['Service'], 'workload');
const adam = principalOf('adam', ['Service'], 'workload');

let engine: PolicyEngine;
beforeEach(async () => {
  engine = await engineOf(defaultPolicy);
});

/** A key of zoe, named unless told otherwise. */
function held(scope: HeldKey['scope'], state: KeyState = 'active', algorithm = 'AES-KW'): HeldKey {
  const key = { type: 'secret', algorithm: { name: algorithm }, extractable: false, usages: [], parts: [] } as const;
  const resource = keyOf({ scope, state, algorithm, keyType: 'secret' });
  return { scope, key, resource, ...(scope === 'named' && { state, name: 'payments/wrapping' }) };
}

function authorizerOf(named: (id: string) => HeldKey | undefined) {
  const namedKeys = {
    held: async (id: string) => named(id),
    named: async () => ({ resource: keyOf(), etag: '' }),
    handle: async () => undefined,
  };
  const locate = createLocator(
    namedKeys,
    async () => undefined,
    async () => undefined,
  );
  return createAuthorizer({ policy: engine, locate, now: () => 0 });
}

function trailOf(principal: Principal, method: MethodName, params: (keys: Session['keys']) => object): Trail {
  const keys = new SessionKeys<HeldKey>(10);
  const session = sessionOf(principal, { keys });
  const wanted = params(keys);
  const call = {
    session,
    method,
    traits: methodTable[method],
    params: wanted,
    attachments: [],
    requestId: 1,
    receivedMs: 0,
  };
  return { call, principal, params: wanted };
}

describe('a nonce of the caller’s choice', () => {
  const forbidden = `${defaultPolicy}
    @id("no-nonces") forbid (principal, action == Action::"subtle.encrypt.callerNonce", resource);`;

  it.each<[string, MethodName, HeldKey['scope'], string, string | undefined]>([
    ['AES-GCM under a named key', 'subtle.encrypt', 'named', 'AES-GCM', 'permission_denied'],
    ['wrapping with AES-GCM under a named key', 'subtle.wrapKey', 'named', 'AES-GCM', 'permission_denied'],
    ['decryption', 'subtle.decrypt', 'named', 'AES-GCM', undefined],
    ['AES-CBC', 'subtle.encrypt', 'named', 'AES-CBC', undefined],
    ['a session key', 'subtle.encrypt', 'session', 'AES-GCM', undefined],
  ])('%s', async (_, method, scope, algorithm, code) => {
    const key = held(scope, 'active', algorithm);
    const params = (keys: Session['keys']) => {
      const id = scope === 'named' ? handle : keys.add(key);
      return method === 'subtle.wrapKey' ? { key: keys.add(held('session')), wrappingKey: id } : { key: id };
    };
    await authorizerOf(() => key).authorize(trailOf(zoe, method, params));
    engine = await engineOf(forbidden);
    const answered = authorizerOf(() => key).authorize(trailOf(zoe, method, params));
    if (code === undefined) await answered;
    else await expect(answered).rejects.toMatchObject({ code, detail: `${method} on ${handle}` });
  });
});

describe('a named key', () => {
  it('that changes while it is looked for is looked for again', async () => {
    let current = held('named');
    const { authorize, isCurrent } = authorizerOf(() => {
      const found = current;
      if (current.resource.attributes.owner === 'zoe') {
        current = { ...current, resource: keyOf({ owner: 'adam' }) };
        engine.advanceEpoch();
      }
      return found;
    });
    const trail = trailOf(zoe, 'subtle.unwrapKey', () => ({ unwrappingKey: handle }));
    await expect(authorize(trail)).rejects.toMatchObject({ code: 'not_found' });
    expect(trail.target?.resource.attributes.owner).toBe('adam');
    expect(isCurrent(trail)).toBe(true);
  });

  it('in a state that forbids it is refused, before and after a change', async () => {
    let state: KeyState = 'deactivated';
    const { authorize } = authorizerOf(() => held('named', state));
    const unwrap = trailOf(zoe, 'subtle.unwrapKey', () => ({ unwrappingKey: handle }));
    await authorize(unwrap);
    const wrap = trailOf(zoe, 'subtle.encrypt', () => ({ key: handle }));
    await expect(authorize(wrap)).rejects.toMatchObject({ code: 'key_state' });
    state = 'suspended';
    await expect(authorize(unwrap)).rejects.toMatchObject({ code: 'key_state' });
  });

  it('tells nothing of its state to whoever may not use it', async () => {
    const { authorize } = authorizerOf(() => held('named', 'suspended'));
    const trail = trailOf(adam, 'subtle.encrypt', () => ({ key: handle }));
    await expect(authorize(trail)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('that stands beside one’s own key is denied in the words of a key that does not exist', async () => {
    const { authorize } = authorizerOf((id) => (id === handle ? held('named') : undefined));
    const wrap = (wrappingKey: string) =>
      trailOf(adam, 'subtle.wrapKey', (keys) => ({
        key: keys.add({ ...held('session'), resource: keyOf({ scope: 'session', owner: 'adam' }) }),
        wrappingKey,
      }));
    await expect(authorize(wrap(absent))).rejects.toMatchObject({ code: 'not_found', detail: absent });
    await expect(authorize(wrap(handle))).rejects.toMatchObject({ code: 'not_found', detail: handle });
  });
});

describe('what a named key wraps for somebody who may open it again', () => {
  const policies = `
    @id("wraps")
    permit (principal, action in [Action::"subtle.wrapKey", Action::"subtle.wrapKey.wrappingKey"], resource);
    @id("opens")
    permit (principal in Role::"Operator", action in [Action::"subtle.unwrapKey", Action::"subtle.decrypt"], resource);
    @id("wrapped-only")
    forbid (principal, action in Action::"key.release", resource is Key) when { context.wrapping == "none" };`;
  const operator = principalOf('otto', ['Operator']);

  it.each<[string, Principal, KeyUsage[], string, boolean]>([
    ['is wrapped for whoever may not', zoe, ['wrapKey', 'unwrapKey'], handle, true],
    ['leaves as good as it is under a secret key', operator, ['wrapKey', 'unwrapKey'], handle, false],
    ['leaves as good as it is under a key that decrypts', operator, ['wrapKey', 'decrypt'], handle, false],
    ['leaves as good as it is under a public half', operator, ['unwrapKey'], `${handle}/public`, false],
    ['is wrapped when the key only wraps', operator, ['wrapKey'], handle, true],
  ])('%s', async (_, principal, usages, wrappingKey, isWrapped) => {
    engine = await engineOf(policies);
    const { key, ...shared } = held('named');
    const opening = { ...shared, key: { ...key, usages } };
    const { authorize } = authorizerOf((id) => (id === handle ? opening : held('named')));
    const wrapAlgorithm = { name: 'AES-KW' };
    const trail = trailOf(principal, 'subtle.wrapKey', () => ({ key: absent, wrappingKey, wrapAlgorithm }));
    if (isWrapped) await authorize(trail);
    else await expect(authorize(trail)).rejects.toMatchObject({ code: 'not_found' });
    expect(trail.wrapping).toBe(isWrapped ? 'AES-KW' : undefined);
  });
});
