import { randomBytes, randomUUID } from 'node:crypto';
import type { FerroHsm, MethodTypes, Pkcs11Object } from '@ferrohsm/sdk/node';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { principalsFile, tokenOf } from './principals.ts';

type NewObject = Omit<MethodTypes['pkcs11Objects.create']['params'], 'requestId'>;
type Attribute = Pkcs11Object['attributes'][number];

const roles = { app: ['Operator'], other: ['Service'], root: ['Administrator'], nobody: [] } as const;
const olga = approver('olga');
const otto = approver('otto');
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare(folders) {
    const { principals } = JSON.parse(principalsFile(roles)) as { principals: object[] };
    const people = [olga, otto].map((person) => personRecord(person, ['Officer']));
    writeConfig(folders, 'principals.json', JSON.stringify({ principals: [...principals, ...people] }));
  },
});

const cka = { label: 0x3, value: 0x11, id: 0x102, keyType: 0x100, vendor: 0x8000_0001 };
const label = (text: string): Attribute => ({ type: cka.label, value: new Uint8Array(Buffer.from(text)) });
const random = (type: number, bytes: number): Attribute => ({ type, value: new Uint8Array(randomBytes(bytes)) });

let app: FerroHsm;

beforeEach(async () => {
  app = await join('app');
  return async () => {
    const root = await sidecar.connectWebSocket(tokenOf('root'));
    for (const { id } of await list(root, { all: true })) await remove(root, id);
    await root.close();
  };
});

async function join(id: keyof typeof roles): Promise<FerroHsm> {
  return closedAfter(await sidecar.connectWebSocket(tokenOf(id)));
}

/** The user of the test, who has every role. */
async function joinOwner(): Promise<FerroHsm> {
  return closedAfter(await sidecar.connect());
}

function closedAfter(hsm: FerroHsm): FerroHsm {
  onTestFinished(() => hsm.close());
  return hsm;
}

async function create(hsm: FerroHsm, object: NewObject, requestId: string = randomUUID()): Promise<Pkcs11Object> {
  return (await hsm.call('pkcs11Objects.create', { ...object, requestId })).record;
}

async function update(hsm: FerroHsm, id: string, attributes: Attribute[]): Promise<Pkcs11Object> {
  return (await hsm.call('pkcs11Objects.update', { id, attributes, requestId: randomUUID() })).record;
}

async function remove(hsm: FerroHsm, id: string, requestId: string = randomUUID()): Promise<void> {
  expect(await hsm.call('pkcs11Objects.remove', { id, requestId })).toEqual({});
}

async function list(hsm: FerroHsm, query: MethodTypes['pkcs11Objects.list']['params'] = {}): Promise<Pkcs11Object[]> {
  const records: Pkcs11Object[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await hsm.call('pkcs11Objects.list', { ...query, ...(cursor !== undefined && { cursor }) });
    records.push(...page.records);
    cursor = page.nextCursor;
    if (cursor === undefined) return records;
  }
}

/** A named key of the user of the test, which principals with the role Operator see. */
async function newKey(name: string): Promise<string> {
  const owner = await joinOwner();
  const params = { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] as const, requestId: randomUUID() };
  return (await owner.call('keys.create', { ...params, usages: [...params.usages] })).record.id;
}

const byId = (left: Pkcs11Object, right: Pkcs11Object) => (left.id < right.id ? -1 : 1);

describe('an object', () => {
  test('of each kind is created, listed, updated and removed, its values to the byte', async () => {
    const key = await newKey('each/kind');
    const objects: NewObject[] = [
      { kind: 'certificate', attributes: [label('ca'), random(cka.value, 900)] },
      { kind: 'certificate', key, attributes: [label('mine'), random(cka.value, 5000), random(cka.id, 20)] },
      { kind: 'public-key', attributes: [random(cka.value, 1952), { type: cka.keyType, value: new Uint8Array(8) }] },
      { kind: 'data', attributes: [random(cka.value, 40_000), random(cka.vendor, 0)] },
      { kind: 'key-attributes', key, attributes: [label('the key'), random(cka.id, 20)] },
    ];
    const records = await Promise.all(objects.map((object) => create(app, object)));
    for (const [index, record] of records.entries()) {
      expect(record).toEqual({
        ...objects[index],
        id: expect.stringMatching(/^obj_[\w-]{22}$/),
        owner: 'app',
        revision: 1,
        createdAt: record.updatedAt,
        updatedAt: expect.any(Number),
      });
      expect((await app.call('pkcs11Objects.get', { id: record.id })).record).toEqual(record);
    }
    expect(await list(app)).toEqual(records.toSorted(byId));
    expect(await list(app, { key })).toEqual(records.filter((record) => record.key === key).toSorted(byId));
    expect(await list(app, { kind: 'certificate' })).toHaveLength(2);
    expect(await list(app, { kind: 'key-attributes', key })).toEqual([records[4]]);
    for (const record of records) {
      const attributes = [label('renamed'), random(cka.value + 1, 100)];
      const changed = await update(app, record.id, attributes);
      expect(changed).toEqual({ ...record, attributes, revision: 2, updatedAt: changed.updatedAt });
      expect((await app.call('pkcs11Objects.get', { id: record.id })).record).toEqual(changed);
      await remove(app, record.id);
      await expect(app.call('pkcs11Objects.get', { id: record.id })).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await list(app)).toEqual([]);
  });

  test('is its owner’s alone; an administrator sees and removes it, and changes nothing', async () => {
    const [other, root] = await Promise.all([join('other'), join('root')]);
    const { id } = await create(app, { kind: 'data', attributes: [label('a')] });
    const foreign = await create(other, { kind: 'data', attributes: [label('b')] });
    const params = { id, attributes: [], requestId: randomUUID() };
    await expect(other.call('pkcs11Objects.get', { id })).rejects.toMatchObject({ code: 'not_found' });
    await expect(other.call('pkcs11Objects.update', params)).rejects.toMatchObject({ code: 'not_found' });
    await expect(remove(other, id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await list(other, { all: true })).map((record) => record.id)).toEqual([foreign.id]);
    expect((await list(app)).map((record) => record.id)).toEqual([id]);

    expect(await list(root)).toEqual([]);
    expect((await list(root, { all: true })).map((record) => record.owner).toSorted()).toEqual(['app', 'other']);
    await expect(root.call('pkcs11Objects.update', params)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(create(root, { kind: 'data', attributes: [] })).rejects.toMatchObject({ code: 'permission_denied' });
    for (const each of [id, foreign.id]) await remove(root, each);
    expect(await list(root, { all: true })).toEqual([]);
  });

  test('is nothing for whoever may use no keys', async () => {
    const nobody = await join('nobody');
    await expect(create(nobody, { kind: 'data', attributes: [] })).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(list(nobody)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(remove(nobody, `obj_${'a'.repeat(22)}`)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('of a key needs that its owner may see the key', async () => {
    const other = await join('other');
    const key = await newKey('hidden/key');
    for (const kind of ['key-attributes', 'certificate'] as const) {
      await expect(create(other, { kind, key, attributes: [] })).rejects.toMatchObject({ code: 'not_found' });
      const unknown = `key_${'a'.repeat(22)}`;
      await expect(create(app, { kind, key: unknown, attributes: [] })).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await list(other)).toEqual([]);
  });

  test('survives a restart', async () => {
    const key = await newKey('stays/here');
    const record = await create(app, { kind: 'key-attributes', key, attributes: [label('kept'), random(cka.id, 20)] });
    const data = await create(app, { kind: 'data', attributes: [random(cka.value, 65_536)] });
    await sidecar.kill();
    await sidecar.start();
    const after = await join('app');
    expect(await list(after, { key })).toEqual([record]);
    expect(await list(after)).toEqual([record, data].toSorted(byId));
  });

  test('outlives the key that it is about, until its owner removes it', async () => {
    const key = await newKey('goes/away');
    const record = await create(app, { kind: 'key-attributes', key, attributes: [label('kept')] });
    const assembly = new Assembly(sidecar);
    onTestFinished(() => assembly.leave());
    await assembly.join('olga', 'otto');
    expect(await codeOf(assembly.change('olga', 'keys.deactivate', { name: 'goes/away' }))).toBe('ok');
    const destruction = { name: 'goes/away', windowSeconds: 0, reason: 'end of life' };
    expect(await codeOf(assembly.agreed('olga', 'keys.destroy', destruction, [otto]))).toBe('ok');
    const state = async () => (await app.keys.get('goes/away')).record.versions[0]?.state;
    await expect.poll(state, { timeout: 10_000 }).toBe('destroyed');
    expect(await list(app, { key })).toEqual([record]);
    await remove(app, record.id);
    expect(await list(app, { key })).toEqual([]);
  });
});

test('a repeated change gets the first outcome; the same requestId for another change is refused', async () => {
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  const object: NewObject = { kind: 'data', attributes: [label('once'), random(cka.value, 6000)] };
  const record = await create(app, object, first);
  expect(await create(app, object, first)).toEqual(record);
  expect(await list(app)).toEqual([record]);
  await expect(create(app, { ...object, attributes: [] }, first)).rejects.toMatchObject({ code: 'request_conflict' });
  const change = { id: record.id, attributes: [label('twice')], requestId: second };
  const changed = (await app.call('pkcs11Objects.update', change)).record;
  await update(app, record.id, [label('later')]);
  expect((await app.call('pkcs11Objects.update', change)).record).toEqual(changed);
  await remove(app, record.id, third);
  await remove(app, record.id, third);
  await expect(remove(app, record.id)).rejects.toMatchObject({ code: 'not_found' });
  expect(await create(app, object, first)).toEqual(record);
  expect(await list(app)).toEqual([]);
});

test('what is too much, secret or of no use is refused with its reason', async () => {
  const tooMany = [...Array(65).keys()].map((type) => ({ type, value: new Uint8Array() }));
  const cases: readonly [NewObject, RegExp][] = [
    [{ kind: 'data', attributes: tooMany }, /attributes must NOT have more than 64/],
    [{ kind: 'data', attributes: [random(cka.value, 65_537)] }, /65537 bytes, at most 65536/],
    [{ kind: 'data', attributes: [label('a'), label('b')] }, /attribute 0x3 is there twice/],
    [{ kind: 'key-attributes', attributes: [] }, /those of a key: name it/],
    [{ kind: 'public-key', attributes: [random(0x123, 256)] }, /CKA_PRIVATE_EXPONENT .* secret/],
    [{ kind: 'data', attributes: [{ type: 2 ** 32, value: new Uint8Array() }] }, /type must be <= 4294967295/],
    [{ kind: 'session' as 'data', attributes: [] }, /kind must be equal to one of/],
  ];
  for (const [object, reason] of cases) {
    const refusal = expect(create(app, object)).rejects;
    await refusal.toMatchObject({ code: 'invalid_params', detail: expect.stringMatching(reason) });
  }
  expect(await list(app)).toEqual([]);
});

test('a list of much comes in pages that fit, each object once', async () => {
  const objects = [...Array(12).keys()].map(
    (index): NewObject => ({ kind: 'data', attributes: [label(`${index}`), random(cka.value, 60_000)] }),
  );
  const records = await Promise.all(objects.map((object) => create(app, object)));
  const page = await app.call('pkcs11Objects.list', {});
  expect(page.records).toHaveLength(4);
  expect(await list(app)).toEqual(records.toSorted(byId));
  expect(await list(app, { limit: 1 })).toEqual(records.toSorted(byId));
  const other = await join('other');
  // A place in the list of somebody else opens nothing.
  expect(await other.call('pkcs11Objects.list', { cursor: page.nextCursor as string })).toEqual({ records: [] });
  await expect(app.call('pkcs11Objects.list', { cursor: 'AAAA' })).rejects.toMatchObject({ code: 'invalid_params' });
});

test('a policy is explained for objects of the principal’s own', async () => {
  const owner = await joinOwner();
  const explained = (principal: string, verb: string) =>
    owner.call('policy.explain', { principal, action: `pkcs11Objects.${verb}` });
  expect(await explained('app', 'create')).toMatchObject({
    outcome: 'allow',
    policies: [{ id: 'pkcs11.own-objects' }],
  });
  expect(await explained('root', 'update')).toMatchObject({ outcome: 'deny' });
  expect(await explained('nobody', 'list')).toMatchObject({ outcome: 'deny' });
});

test('the log says who stored what kind about which key, and no value', async () => {
  const key = await newKey('in/the/log');
  const value = randomBytes(32);
  const attributes = [label('written nowhere'), { type: cka.value + 1, value: new Uint8Array(value) }];
  const { id } = await create(app, { kind: 'key-attributes', key, attributes });
  await remove(app, id);
  const owner = await joinOwner();
  const { size } = await owner.audit.checkpoint();
  const start = Math.max(0, size - 20);
  const { records } = await owner.call('audit.list', { start, limit: 20 });
  const about = records.filter(({ record }) => [id, 'key-attributes'].includes(record.resource ?? '')).slice(-4);
  expect(about.map(({ record: { operation, phase, resource } }) => [operation, phase, resource])).toEqual([
    ['pkcs11Objects.create', 'intent', 'key-attributes'],
    ['pkcs11Objects.create', 'result', 'key-attributes'],
    ['pkcs11Objects.remove', 'intent', id],
    ['pkcs11Objects.remove', 'result', id],
  ]);
  expect(about[0]).toMatchObject({ record: { details: { key } }, personal: { principal: 'app' } });
  const text = JSON.stringify(records);
  for (const form of ['base64url', 'base64', 'hex'] as const) expect(text).not.toContain(value.toString(form));
  expect(text).not.toContain('written nowhere');
});
