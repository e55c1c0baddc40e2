import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CKA } from '../../pkcs11/src/codec/constants/attribute-types.ts';
import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
import { encodeRequest } from '../../pkcs11/src/codec/messages.ts';
import { attributeOf } from '../../pkcs11/src/objects/attributes.ts';
import { CodecClient } from './codec-client.ts';
import { refusal } from './refusal.ts';
import { ServedSidecar } from './served-sidecar.ts';

const key = { algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] } as const;

test('applications outlive a restart of the sidecar', async () => {
  await using served = await ServedSidecar.serve();
  await using client = await CodecClient.open(served.socketPath);
  const session = await client.openSession();
  const find = () =>
    client.call('C_FindObjectsInit', { session, template: [attributeOf(CKA.LABEL, Buffer.from('one'))] });
  await find();
  await client.call('C_FindObjectsFinal', { session });
  await served.stopSidecar();
  expect(await refusal(find())).toBe(CKR.DEVICE_REMOVED);
  await served.startSidecar();
  await using hsm = await served.connect();
  await hsm.keys.create({ ...key, name: 'one' });
  await find();
  expect((await client.call('C_FindObjects', { session, room: 9 })).objects).toHaveLength(1);
});

test('whatever an application sends is answered, and the connection goes on', async () => {
  await using served = await ServedSidecar.serve();
  await using client = await CodecClient.open(served.socketPath, 1);
  const good = encodeRequest({ call: 'C_GetInfo', arguments: {} }, 1);
  for (let round = 0; round < 200; round += 1) {
    const bad =
      round % 2 === 0 ? randomBytes(round) : Buffer.concat([good.subarray(0, round % good.length), randomBytes(9)]);
    expect((await client.exchange(bad)).length).toBeGreaterThan(0);
  }
  expect((await client.exchange(Buffer.alloc(17 << 20))).length).toBeGreaterThan(0);
  const { manufacturerID } = await client.call('C_GetInfo', {});
  expect(manufacturerID.toString().trim()).toBe('FerroHSM');
  expect(served.notices()).not.toContain('a call failed');
});

test('collections are slots of their own', async () => {
  await using served = await ServedSidecar.serve({ collections: ['tls/', 'ssh/=Logins'] });
  await using hsm = await served.connect();
  for (const name of ['tls/one', 'ssh/two', 'ssh/three']) await hsm.keys.create({ ...key, name });
  await using client = await CodecClient.open(served.socketPath);
  const { slots } = await client.call('C_GetSlotList', { tokenPresent: 1, room: 9 });
  expect(slots).toEqual([0, 1]);
  const counts = [];
  for (const slot of [0, 1]) {
    const session = await client.openSession(slot);
    await client.call('C_FindObjectsInit', { session, template: [] });
    const { objects } = await client.call('C_FindObjects', { session, room: 9 });
    const { label } = await client.call('C_GetTokenInfo', { slot });
    counts.push([label.toString().trim(), (objects as readonly unknown[]).length]);
  }
  expect(counts).toEqual([
    ['tls', 1],
    ['Logins', 2],
  ]);
});

test('sockets are of their mode, and go with the process', async () => {
  const served = await ServedSidecar.serve();
  const { socketPath } = served;
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  await served[Symbol.asyncDispose]();
  expect(existsSync(socketPath)).toBe(false);
});

test('every answer of a thread comes, however many are asked for at once', async () => {
  await using served = await ServedSidecar.serve();
  await using client = await CodecClient.open(served.socketPath);
  const sessions = await Promise.all(Array.from({ length: 40 }, () => client.openSession()));
  const random = await Promise.all(
    sessions.flatMap((session) => [16, 100_000].map((room) => client.call('C_GenerateRandom', { session, room }))),
  );
  expect(random.map(({ random }) => (random as Buffer).length)).toEqual(sessions.flatMap(() => [16, 100_000]));
});
