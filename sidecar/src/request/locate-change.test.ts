import { expect, test } from 'vitest';
import { methodTable } from '../generated/methods.ts';
import type { Call } from './context.ts';
import { createLocator, type NamedKeys } from './locate.ts';

const attributes = {
  ...{ scope: 'named', name: 'a', owner: 'zoe', keyType: 'private', extractable: false, environment: 'test' },
  labels: { environment: 'test' },
};
const namedKeys: NamedKeys = {
  held: async () => undefined,
  named: async (id) => ({ resource: { type: 'KeyName', id, attributes }, etag: 'etag' }),
  handle: async () => undefined,
};

async function asked(method: 'keys.assign' | 'keys.rename' | 'keys.rotate', params: object) {
  const call = { method, traits: methodTable[method], session: {} } as Call;
  const { resource, others } = await createLocator(
    namedKeys,
    async () => undefined,
    async () => undefined,
  )(undefined, call, params);
  expect(resource.attributes).toEqual(attributes);
  return others.map((other) => ({ action: other.action, ...other.resource.attributes }));
}

test('what a key is about to become is asked about beside what it is', async () => {
  const requestId = 'request-one';
  const assigned = { name: 'a', owner: 'app', labels: { team: 'web' }, requestId };
  const { environment: _environment, ...others } = attributes;
  expect(await asked('keys.assign', assigned)).toEqual([
    { ...others, action: 'keys.assign', owner: 'app', labels: { team: 'web' } },
  ]);
  const production = { name: 'a', labels: { environment: 'production' }, requestId };
  expect(await asked('keys.assign', production)).toMatchObject([{ owner: 'zoe', environment: 'production' }]);
  expect(await asked('keys.rename', { name: 'a', newName: 'b', requestId })).toMatchObject([
    { name: 'b', owner: 'zoe' },
  ]);
});

test('the algorithm of the next version is asked about with its strength', async () => {
  const algorithm = {
    name: 'RSA-PSS',
    modulusLength: 1024,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  expect(await asked('keys.rotate', { name: 'a', algorithm, requestId: 'request-one' })).toMatchObject([
    { action: 'keys.rotate', algorithm: 'RSA-PSS', securityBits: 80, quantumSafe: false, cnsa2: false },
  ]);
  expect(await asked('keys.rotate', { name: 'a', requestId: 'request-one' })).toEqual([]);
});
