import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ChangeRequest } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import { testStore } from '../keystore/test-store.ts';
import { type NewPkcs11Object, Pkcs11Objects } from './pkcs11-objects.ts';

const label = { type: 3, value: Buffer.from('label') };
const key = `key_${'a'.repeat(22)}`;
const anyState = () => undefined;

let requests = 0;

function request(principal = 'app'): ChangeRequest {
  requests += 1;
  return { requestId: `request-${requests}`, requestDigest: `digest-${requests}`, principal };
}

function certificate(owner = 'app'): NewPkcs11Object {
  return { owner, kind: 'certificate', attributes: [label, { type: 0x11, value: randomBytes(700) }] };
}

async function openObjects(maxObjects?: number) {
  const keystore = await testStore().open();
  let time = 1000;
  const options = { now: () => time++, ...(maxObjects !== undefined && { maxObjects }) };
  return { keystore, objects: new Pkcs11Objects(keystore.documents, options) };
}

test('each principal has a list of its own, whatever the others are called', async () => {
  const { objects } = await openObjects();
  const owners = ['app', 'app/one', 'app@host', 'ap', 'app.', 'app-2'];
  for (const owner of owners) for (let i = 0; i < 3; i++) await objects.create(certificate(owner), request(owner));
  for (const owner of owners) {
    const listed = await objects.list({ owner, limit: 100 });
    expect(listed.map(({ record }) => record.owner)).toEqual([owner, owner, owner]);
    const [first] = listed;
    const rest = await objects.list({ owner, limit: 100, after: first?.place ?? '' });
    expect(rest).toEqual(listed.slice(1));
  }
  const places: string[] = [];
  for (let after: string | undefined; ; after = places.at(-1)) {
    const page = await objects.list({ limit: 5, ...(after !== undefined && { after }) });
    places.push(...page.map(({ place }) => place));
    if (page.length === 0) break;
  }
  expect(new Set(places).size).toBe(18);
  expect(places).toHaveLength(18);
});

test('a principal has no more objects than the limit, and room again after a removal', async () => {
  const { objects } = await openObjects(2);
  const repeated = request();
  const first = await objects.create(certificate(), repeated);
  await objects.create(certificate(), request());
  await expect(objects.create(certificate(), request())).rejects.toMatchObject({ code: 'quota_exceeded' });
  await objects.create(certificate('other'), request('other'));
  await objects.update({ id: first.id, attributes: [label] }, request(), anyState);
  await objects.remove(first.id, request(), anyState);
  await expect(objects.remove(first.id, request(), anyState)).rejects.toMatchObject({ code: 'not_found' });
  await objects.create(certificate(), request());
  await expect(objects.create(certificate(), request())).rejects.toMatchObject({ code: 'quota_exceeded' });
});

test('a repeated change gets its first outcome, and its values are not kept a second time', async () => {
  const { keystore, objects } = await openObjects();
  const object = certificate();
  const creation = request();
  const first = await objects.create(object, creation);
  const attributes = [{ type: 3, value: randomBytes(500) }];
  const change = request();
  const second = await objects.update({ id: first.id, attributes }, change, anyState);
  const removal = request();
  await objects.remove(first.id, removal, anyState);
  expect(await objects.create(object, creation)).toEqual(first);
  expect(await objects.update({ id: first.id, attributes }, change, anyState)).toEqual(second);
  await objects.remove(first.id, removal, anyState);
  expect([first.revision, second.revision]).toEqual([1, 2]);
  expect(await objects.list({ limit: 10 })).toEqual([]);
  for (const made of [creation, change]) {
    expect(JSON.stringify(await keystore.documents.result(made)).length).toBeLessThan(300);
  }
});

test('a change that its caller means for another state is not made', async () => {
  const { objects } = await openObjects();
  const { id } = await objects.create(certificate(), request());
  const refuse = () => {
    throw new SidecarError('precondition_failed', id);
  };
  const changes = [objects.update({ id, attributes: [] }, request(), refuse), objects.remove(id, request(), refuse)];
  for (const change of changes) await expect(change).rejects.toMatchObject({ code: 'precondition_failed' });
  expect(await objects.get(id)).toMatchObject({ revision: 1, kind: 'certificate' });
});

test.each<[string, Partial<NewPkcs11Object>]>([
  ['too many bytes', { attributes: [{ type: 0x11, value: randomBytes(65_537) }] }],
  ['too many bytes together', { attributes: [1, 2].map((type) => ({ type, value: randomBytes(32_769) })) }],
  ['an attribute twice', { attributes: [label, label] }],
  ['attributes of no key', { kind: 'key-attributes', attributes: [label] }],
  ['the secret of a key', { kind: 'key-attributes', key, attributes: [{ type: 0x11, value: randomBytes(32) }] }],
  ['a private exponent', { kind: 'public-key', attributes: [{ type: 0x123, value: randomBytes(256) }] }],
  ['a seed', { kind: 'data', attributes: [{ type: 0x637, value: randomBytes(32) }] }],
])('%s is refused, and nothing is stored', async (_, change) => {
  const { objects } = await openObjects();
  await expect(objects.create({ ...certificate(), ...change }, request())).rejects.toMatchObject({
    code: 'invalid_params',
  });
  expect(await objects.list({ limit: 10 })).toEqual([]);
  const { id } = await objects.create({ owner: 'app', kind: 'data', ...change, ...whole }, request());
  const attributes = change.attributes ?? [];
  if (change.kind === 'key-attributes' && change.key === undefined) return;
  await expect(objects.update({ id, attributes }, request(), anyState)).rejects.toMatchObject({
    code: 'invalid_params',
  });
  expect(await objects.get(id)).toMatchObject({ revision: 1, attributes: [] });
});

const whole = { key, attributes: [] };

test('what is stored to the last byte of the limit comes back', async () => {
  const { objects } = await openObjects();
  const attributes = [...Array(64).keys()].map((type) => ({ type, value: randomBytes(1024) }));
  const { id } = await objects.create({ owner: 'app', kind: 'data', attributes }, request());
  expect((await objects.get(id))?.attributes).toEqual(attributes);
});
