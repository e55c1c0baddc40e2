import { generateKeySync } from 'node:crypto';
import { expect, test } from 'vitest';
import { methodTable } from '../generated/methods.ts';
import type { KeyState } from '../generated/types.ts';
import type { Call, HeldKey } from './context.ts';
import { createLocator, type NamedKeys } from './locate.ts';
import { requireUsable } from './state-rule.ts';
import { encodeHeader } from './wrapped-data-key.ts';

type DataKeyMethod = 'dataKey.generate' | 'dataKey.decrypt' | 'dataKey.rewrap';

const keyId = `key_${'a'.repeat(22)}`;
const handleOf = (version: number) => `${keyId}/${version}`;

/** A named key `vault` whose versions, from 1, are in these states. */
function vault(states: readonly KeyState[]): NamedKeys {
  const versionOf = (handle: string) => Number(handle.split('/')[1]);
  const held = (handle: string): HeldKey | undefined => {
    const state = states[versionOf(handle) - 1];
    if (state === undefined) return undefined;
    const algorithm = { name: 'AES-GCM', length: 256 };
    const parts = [generateKeySync('aes', { length: 256 })];
    return {
      scope: 'named',
      name: 'vault',
      state,
      version: versionOf(handle),
      key: { type: 'secret', algorithm, extractable: false, usages: ['encrypt', 'decrypt'], parts },
      resource: { type: 'Key', id: handle, attributes: { state } },
    };
  };
  return {
    held: async (handle) => held(handle),
    named: async (id) => ({ resource: { type: 'KeyName', id, attributes: {} }, etag: '' }),
    handle: async (name, version) => {
      const active = states.lastIndexOf('active') + 1;
      return name === 'vault' ? handleOf(version ?? (active || states.length)) : undefined;
    },
  };
}

async function locate(states: readonly KeyState[], method: DataKeyMethod, wrappedBy?: number, name = 'vault') {
  const call = { method, traits: methodTable[method], session: {} } as Call;
  const params = { name, ...(wrappedBy !== undefined && { wrapped: wrappedUnder(wrappedBy) }) };
  const target = await createLocator(
    vault(states),
    async () => undefined,
    async () => undefined,
  )(undefined, call, params);
  requireUsable(target, method, 0);
  return { id: target.id, keys: [...target.keys.keys()], asked: target.others.map(({ id, action }) => [id, action]) };
}

function wrappedUnder(keyVersion: number): Uint8Array {
  return Buffer.concat([encodeHeader({ kind: 1, keyVersion, token: Buffer.alloc(32) }), Buffer.alloc(48)]);
}

test('a data key is made under the newest active version', async () => {
  expect((await locate(['active', 'active', 'suspended'], 'dataKey.generate')).id).toBe(handleOf(2));
  await expect(locate(['deactivated', 'suspended'], 'dataKey.generate')).rejects.toMatchObject({ code: 'key_state' });
});

test('a data key is unwrapped by the version that it names, as its state permits', async () => {
  const states = ['deactivated', 'compromised', 'suspended', 'pre-activation', 'destroyed', 'active'] as const;
  for (const [index, state] of states.entries()) {
    const located = locate(states, 'dataKey.decrypt', index + 1);
    if (['deactivated', 'compromised', 'active'].includes(state)) {
      expect(await located).toMatchObject({ id: handleOf(index + 1), keys: [handleOf(index + 1)] });
    } else await expect(located).rejects.toMatchObject({ code: 'key_state', message: expect.stringContaining(state) });
  }
});

test('wrapping anew takes the newest active version, and permission to decrypt with the former', async () => {
  expect(await locate(['deactivated', 'active'], 'dataKey.rewrap', 1)).toEqual({
    id: handleOf(2),
    keys: [handleOf(2), handleOf(1)],
    asked: [[handleOf(1), 'dataKey.decrypt']],
  });
  expect(await locate(['active'], 'dataKey.rewrap', 1)).toEqual({ id: handleOf(1), keys: [handleOf(1)], asked: [] });
});

test.each([
  ['the former is suspended', ['suspended', 'active']],
  ['none is active', ['deactivated', 'deactivated']],
] as const)('nothing is wrapped anew where %s', async (_, states) => {
  await expect(locate(states, 'dataKey.rewrap', 1)).rejects.toMatchObject({ code: 'key_state' });
});

test('what has no such version, name or form is refused', async () => {
  await expect(locate(['active'], 'dataKey.decrypt', 2)).rejects.toMatchObject({ code: 'not_found' });
  await expect(locate(['active'], 'dataKey.rewrap', 2)).rejects.toMatchObject({ code: 'not_found' });
  await expect(locate(['active'], 'dataKey.decrypt', 1, 'other')).rejects.toMatchObject({ code: 'not_found' });
  const call = { method: 'dataKey.decrypt', traits: methodTable['dataKey.decrypt'], session: {} } as Call;
  const locator = createLocator(
    vault(['active']),
    async () => undefined,
    async () => undefined,
  );
  for (const name of ['vault', 'other']) {
    const malformed = locator(undefined, call, { name, wrapped: Buffer.from('FHSM') });
    await expect(malformed).rejects.toMatchObject({ code: 'data_invalid' });
  }
});
