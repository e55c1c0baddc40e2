import { createHmac, randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';
import { WireClient, type WireResponse } from './wire-client.ts';

const sidecar = liveSidecar();
const clients: WireClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function greeted(attachments: boolean): Promise<WireClient> {
  const client = await WireClient.greeted(sidecar.process.socket, { attachments });
  clients.push(client);
  return client;
}

const hmac = { name: 'HMAC', hash: 'SHA-256' };

function request(id: number, method: string, params: object, lengths: readonly number[] = []) {
  return { jsonrpc: '2.0', id, method, params, ...(lengths.length > 0 && { attachments: lengths }) };
}

function importRequest(id: number, keyData: unknown, lengths: readonly number[] = []) {
  const params = { format: 'raw', keyData, algorithm: hmac, extractable: true, usages: ['sign'] };
  return request(id, 'subtle.importKey', params, lengths);
}

function handleOf({ result }: WireResponse): string {
  return (result as { key: { handle: string } }).key.handle;
}

function signRequest(id: number, key: string, data: unknown, lengths: readonly number[] = []) {
  return request(id, 'subtle.sign', { algorithm: { name: 'HMAC' }, key, data }, lengths);
}

test('without attachments every byte field is base64url, secret or not', async () => {
  const client = await greeted(false);
  const secret = randomBytes(32);
  client.send(importRequest(1, secret.toString('base64url')));
  const key = handleOf(await client.response());
  expect(await client.call('subtle.exportKey', { format: 'raw', key })).toMatchObject({
    result: { keyData: secret.toString('base64url') },
  });
  const data = randomBytes(10_000);
  client.send(signRequest(2, key, data.toString('base64url')));
  const signature = createHmac('sha256', secret).update(data).digest('base64url');
  expect((await client.response()).result).toEqual({ signature });
});

test('a secret field comes as an attachment at any size, a public one only above 4 KiB', async () => {
  const client = await greeted(true);
  const random = await callWithAttachments(client, 'system.random', { length: 1 });
  expect(random.value).toMatchObject({ result: { bytes: { attachment: 0 } }, attachments: [1] });
  expect(random.attachments.map(({ length }) => length)).toEqual([1]);

  const algorithm = { name: 'AES-CTR', length: 128 };
  const usages = ['encrypt'];
  const made = await client.call('subtle.generateKey', { algorithm, extractable: false, usages });
  const encrypt = async (length: number) => {
    const data = Buffer.alloc(length);
    const ctr = { name: 'AES-CTR', length: 64, counter: Buffer.alloc(16).toString('base64url') };
    client.send(
      request(9, 'subtle.encrypt', { algorithm: ctr, key: handleOf(made), data: { attachment: 0 } }, [length]),
      [data],
    );
    return client.message();
  };
  const small = await encrypt(4096);
  expect(small.attachments).toEqual([]);
  expect((small.value as WireResponse).result?.data).toHaveLength(Math.ceil((4096 * 4) / 3));
  const large = await encrypt(4097);
  expect(large.value).toMatchObject({ result: { data: { attachment: 0 } }, attachments: [4097] });
});

async function callWithAttachments(client: WireClient, method: string, params: object) {
  client.send(request(1, method, params));
  return client.message();
}

test('a batch with its attachments behind it, in the order of its messages', async () => {
  const client = await greeted(true);
  const secrets = [randomBytes(32), randomBytes(64), randomBytes(20)] as const;
  client.send(
    secrets.map(({ length }, id) => importRequest(id, { attachment: 0 }, [length])),
    secrets,
  );
  const imported = (await client.message()).value as WireResponse[];
  const exports = imported.map((response, id) =>
    request(id, 'subtle.exportKey', { format: 'raw', key: handleOf(response) }),
  );
  client.send(exports.toReversed());
  const { value, attachments } = await client.message();
  expect((value as WireResponse[]).map(({ id }) => id)).toEqual([2, 1, 0]);
  expect(attachments).toEqual(secrets.toReversed());
});

test('attachments that arrive byte by byte, and the next request in the same write', async () => {
  const client = await greeted(true);
  const secret = randomBytes(16);
  const head = Buffer.from(`${JSON.stringify(importRequest(1, { attachment: 0 }, [16]))}\n`);
  for (const byte of Buffer.concat([head, secret.subarray(0, 15)])) client.write(Buffer.from([byte]));
  const next = Buffer.from(`${JSON.stringify(request(2, 'session.whoami', {}))}\n`);
  client.write(Buffer.concat([secret.subarray(15), next]));
  const answers = [await client.response(), await client.response()];
  const imported = answers.find(({ id }) => id === 1) as WireResponse;
  expect(answers.find(({ id }) => id === 2)?.result).toMatchObject({ principal: { id: 'owner' } });

  const exported = await callWithAttachments(client, 'subtle.exportKey', { format: 'raw', key: handleOf(imported) });
  expect(exported.attachments).toEqual([secret]);
});

test('the bytes of an attachment are never taken for a request', async () => {
  const client = await greeted(true);
  client.send(importRequest(1, { attachment: 0 }, [64]), [randomBytes(64)]);
  const key = handleOf(await client.response());
  const smuggled = Buffer.from(`${JSON.stringify(request(66, 'session.whoami', {}))}\n`);
  client.send(signRequest(3, key, { attachment: 0 }, [smuggled.length]), [smuggled]);
  expect((await client.response()).id).toBe(3);
  client.send(request(4, 'session.whoami', {}));
  expect((await client.response()).id).toBe(4);
});

test.each([
  ['that no field refers to', importRequest(1, 'AAAA', [4]), 4],
  ['that is referred to but is not there', importRequest(1, { attachment: 1 }, [4]), 4],
  ['that two fields refer to', signRequestWithContext(), 4],
])('an attachment %s is refused, and the connection goes on', async (_, message, length) => {
  const client = await greeted(true);
  client.send(message, [Buffer.alloc(length)]);
  expect(await client.response()).toMatchObject({ id: 1, error: { data: { code: 'invalid_params' } } });
  expect((await client.call('session.whoami')).result).toBeDefined();
});

function signRequestWithContext() {
  const algorithm = { name: 'ML-DSA-44', context: { attachment: 0 } };
  const params = { algorithm, key: `ses_${'A'.repeat(22)}`, data: { attachment: 0 } };
  return request(1, 'subtle.sign', params, [4]);
}
