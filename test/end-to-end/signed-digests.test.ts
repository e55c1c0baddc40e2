import { constants, createHash, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect as dial } from 'node:net';
import { join } from 'node:path';
import { type AuditRecord, connect, type FerroHsm, type NamedKey } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { WireClient } from '../wire/wire-client.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { principalsFile, tokenOf } from './principals.ts';

const policy = `${defaultPolicy}
@id("messages-only")
forbid (principal, action == Action::"subtle.signDigest", resource is Key)
when { resource has name && resource.name like "whole/*" };
@id("no-signatures")
forbid (principal, action == Action::"subtle.sign", resource is Key)
when { resource has name && resource.name like "silent/*" };
@id("digests-with-consent")
forbid (principal, action == Action::"subtle.signDigest", resource is Key)
when { resource has name && resource.name like "agreed/*" }
unless { context.approvals >= 1 };
`;
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    writeConfig(folders, 'principals.json', principalsFile({ auditor: ['Auditor'] }));
    writeConfig(folders, 'policy.cedar', policy);
  },
});
let hsm: FerroHsm;
let auditor: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect();
  auditor = await sidecar.connectWebSocket(tokenOf('auditor'));
});
afterAll(async () => {
  await hsm.close();
  await auditor.close();
});

const publicExponent = new Uint8Array([1, 0, 1]);
const pkcs1 = { name: 'RSASSA-PKCS1-v1_5' };
const pss = { name: 'RSA-PSS', saltLength: 48 };
const mebibyte = 1 << 20;
const message = randomBytes(mebibyte);

function create(name: string, algorithm = pkcs1.name, hash = 'SHA-256'): Promise<NamedKey> {
  const modulus = { modulusLength: 2048, publicExponent, hash };
  return hsm.keys.create({ name, algorithm: { name: algorithm, ...modulus }, usages: ['sign', 'verify'] });
}

function verifies(
  { publicKey }: NamedKey,
  params: typeof pkcs1 | typeof pss,
  signature: ArrayBuffer,
  bytes: Uint8Array,
) {
  return crypto.subtle.verify(params, publicKey as CryptoKey, signature, bytes as Uint8Array<ArrayBuffer>);
}

type Use = Pick<AuditRecord, 'operation' | 'outcome' | 'inputBytes' | 'details'>;

/** The records of the key that an action leaves. */
async function usesOf({ id }: NamedKey, action: () => Promise<unknown>): Promise<Use[]> {
  const { size: start } = await auditor.audit.list({ limit: 1 });
  await action();
  const { records } = await auditor.audit.list({ start, limit: 1000 });
  return records.map(({ record }) => record).filter(({ resource }) => resource === `${id}/1`);
}

const operations = (uses: readonly Use[]) => uses.map(({ operation, outcome }) => `${operation} ${outcome}`);

describe.each([pkcs1, pss])('a long message signed with $name', (params) => {
  test.each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])(
    'and %s is hashed here and verifies everywhere',
    async (hash) => {
      const key = await create(`long/${params.name}/${hash}`.toLowerCase(), params.name, hash);
      let signature = new ArrayBuffer();
      const [use, ...others] = await usesOf(key, async () => {
        signature = await hsm.subtle.sign(params, key.privateKey, message);
      });
      expect(others).toEqual([]);
      expect(use).toMatchObject({
        operation: 'subtle.signDigest',
        outcome: 'ok',
        details: { digest: expect.any(String) },
      });
      expect(use?.inputBytes).toBe(createHash(hash).digest().length);
      expect(await verifies(key, params, signature, message)).toBe(true);
      expect(await verifies(key, params, signature, message.subarray(1))).toBe(false);
      const spki = Buffer.from(await hsm.subtle.exportKey('spki', key.publicKey as CryptoKey));
      const oracle = { key: spki, format: 'der', type: 'spki' } as const;
      const padding = params.name === pss.name ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
      const options = { ...oracle, padding, ...(params.name === pss.name && { saltLength: pss.saltLength }) };
      expect(verify(hash, message, options, Buffer.from(signature))).toBe(true);
    },
  );
});

test('a short message is sent as it is', async () => {
  const key = await create('short/key');
  const short = message.subarray(0, 32 << 10);
  const uses = await usesOf(key, () => hsm.subtle.sign(pkcs1, key.privateKey, short));
  expect(operations(uses)).toEqual(['subtle.sign ok']);
});

test.each([1, 9, 65])('a message of %i MiB is signed as it was at the time of the call', async (mebibytes) => {
  const key = await create(`early/${mebibytes}`);
  const mine = Buffer.alloc(mebibytes * mebibyte, 'a');
  const original = Buffer.from(mine);
  const signing = hsm.subtle.sign(pkcs1, key.privateKey, mine);
  mine.fill(0);
  expect(await verifies(key, pkcs1, await signing, original)).toBe(true);
});

describe('where the policy wants the message', () => {
  test('it is sent, once after a refusal on record and at once from then on', async () => {
    const key = await create('whole/key');
    const sign = async () => {
      const signature = await hsm.subtle.sign(pkcs1, key.privateKey, message);
      expect(await verifies(key, pkcs1, signature, message)).toBe(true);
    };
    expect(operations(await usesOf(key, sign))).toEqual(['subtle.signDigest denied', 'subtle.sign ok']);
    expect(operations(await usesOf(key, sign))).toEqual(['subtle.sign ok']);
    const other = await sidecar.connect();
    const { privateKey } = await other.keys.get('whole/key');
    const again = await usesOf(key, () => other.subtle.sign(pkcs1, privateKey as CryptoKey, message));
    await other.close();
    expect(operations(again)).toEqual(['subtle.signDigest denied', 'subtle.sign ok']);
  });

  test('the caller may change it after the call', async () => {
    const key = await create('whole/early');
    const mine = Buffer.from(message);
    const signing = hsm.subtle.sign(pkcs1, key.privateKey, mine);
    mine.fill(0);
    expect(await verifies(key, pkcs1, await signing, message)).toBe(true);
  });

  test('a message that is too long to be sent is refused', async () => {
    const key = await create('whole/too-long');
    const signing = hsm.subtle.sign(pkcs1, key.privateKey, Buffer.alloc(65 * mebibyte));
    await expect(signing).rejects.toMatchObject({ name: 'NotAllowedError', cause: { code: 'permission_denied' } });
  });
});

test('who may not sign with a key may not sign digests with it', async () => {
  const key = await create('silent/key');
  const client = await WireClient.greeted(sidecar.process.socket);
  const digest = createHash('sha256').update(message).digest('base64url');
  const { error } = await client.call('subtle.signDigest', { algorithm: pkcs1, key: `${key.id}/1`, digest });
  expect(error?.data.code).toBe('permission_denied');
  client.close();
  await expect(hsm.subtle.sign(pkcs1, key.privateKey, message)).rejects.toMatchObject({ name: 'NotAllowedError' });
});

test('people are asked about the digest, and the same message leads to the same request', async () => {
  const key = await create('agreed/key');
  const heldFor = async (bytes: Buffer<ArrayBuffer>) => {
    const error = await hsm.subtle.sign(pkcs1, key.privateKey, bytes).catch((held: unknown) => held);
    const { approval } = error as { approval: { id: string } };
    return (await hsm.approvals.get(approval.id)).id;
  };
  const id = await heldFor(message);
  expect(await heldFor(Buffer.from(message))).toBe(id);
  expect(await heldFor(message.subarray(1))).not.toBe(id);
  const { operation } = await hsm.approvals.get(id);
  const digest = createHash('sha256').update(message).digest();
  const twice = createHash('sha256').update(digest).digest('base64url');
  expect(operation).toMatchObject({ method: 'subtle.signDigest', action: 'subtle.signDigest' });
  expect(JSON.parse(operation.params)).toMatchObject({ digest: { sha256: twice, bytes: 32 } });
});

describe('the method refuses', () => {
  const calling = async (params: object) => {
    const client = await WireClient.greeted(sidecar.process.socket);
    const { error } = await client.call('subtle.signDigest', params);
    client.close();
    return error?.data.code;
  };

  test.each([0, 20, 33, 64])('%i bytes as a digest of SHA-256', async (bytes) => {
    const key = await create(`length/${bytes}`);
    const digest = Buffer.alloc(bytes).toString('base64url');
    expect(await calling({ algorithm: pkcs1, key: `${key.id}/1`, digest })).toBe('data_invalid');
  });

  test('a key of an algorithm that signs messages alone, and one that does not fit', async () => {
    const key = await hsm.keys.create({ name: 'pure/key', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
    const digest = Buffer.alloc(32).toString('base64url');
    expect(await calling({ algorithm: { name: 'Ed25519' }, key: `${key.id}/1`, digest })).toBe('not_supported');
    expect(await calling({ algorithm: pkcs1, key: `${key.id}/1`, digest })).toBe('access_invalid');
  });
});

test('256 MiB, of which less than a KiB crosses the wire', { timeout: 300_000 }, async () => {
  const key = await create('huge/key');
  const path = join(sidecar.folders.state, '..', 'counted.sock');
  let sentBytes = 0;
  const relay = createServer((client) => {
    const server = dial(sidecar.process.socket);
    client.on('data', ({ length }) => {
      sentBytes += length;
    });
    client.pipe(server).pipe(client);
    client.on('close', () => server.destroy());
  });
  await once(relay.listen(path), 'listening');
  const counted = await connect({ socket: path });
  try {
    const { privateKey } = await counted.keys.get('huge/key');
    const huge = new Uint8Array(256 * mebibyte).fill(7);
    const before = sentBytes;
    const signature = await counted.subtle.sign(pkcs1, privateKey as CryptoKey, huge);
    expect(sentBytes - before).toBeGreaterThan(32);
    expect(sentBytes - before).toBeLessThan(1024);
    expect(await verifies(key, pkcs1, signature, huge)).toBe(true);
  } finally {
    await counted.close();
    relay.close();
  }
});
