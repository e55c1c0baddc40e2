import { randomBytes } from 'node:crypto';
import { Envelope } from '@ferrohsm/sdk/envelope';
import type { FerroHsm, KeyUsage } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveSidecar, verifyFolder } from './live-sidecar.ts';
import { openedEnvelope } from './opened-envelope.ts';

const sidecar = liveSidecar();
let hsm: FerroHsm;
let envelope: Envelope;
beforeAll(async () => {
  hsm = await sidecar.connect();
  envelope = new Envelope(hsm.dataKeys);
});
afterAll(() => hsm.close());

const kem: readonly KeyUsage[] = ['encapsulateBits', 'decapsulateBits'];
const algorithms = [
  ['aes-gcm', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']],
  ['aes-kw', { name: 'AES-KW', length: 256 }, ['wrapKey', 'unwrapKey']],
  ['ml-kem-768', { name: 'ML-KEM-768' }, kem],
  ['mlkem768-x25519', { name: 'MLKEM768-X25519' }, kem],
  ['mlkem1024-p384', { name: 'MLKEM1024-P384' }, kem],
] as const;

describe.each(algorithms)('under %s', (name, algorithm, usages) => {
  beforeAll(async () => {
    await hsm.keys.create({ name, algorithm, usages });
  });

  test('a data key comes back and is wrapped anew', async () => {
    const { dataKey, wrapped, keyId, version } = await hsm.dataKeys.generate(name);
    expect([dataKey.length, version, keyId]).toEqual([32, 1, (await hsm.keys.get(name)).id]);
    expect((await hsm.dataKeys.decrypt(name, wrapped)).dataKey).toEqual(dataKey);
    const anew = await hsm.dataKeys.rewrap(keyId, wrapped);
    expect(anew.wrapped).not.toEqual(wrapped);
    expect((await hsm.dataKeys.decrypt(keyId, anew.wrapped)).dataKey).toEqual(dataKey);
  });

  test.each([0, 1, 1023, 1024, 1025, 70_000])(
    'an envelope of %i bytes is opened by a second implementation',
    async (size) => {
      const plaintext = randomBytes(size);
      const sealed = await envelope.encryptBytes(name, plaintext, { chunkBytes: 1024 });
      const opened = await openedEnvelope(Buffer.from(sealed), async (keyId, wrapped) => {
        return (await hsm.dataKeys.decrypt(keyId, wrapped)).dataKey;
      });
      expect(opened.equals(plaintext)).toBe(true);
      expect(Buffer.from(await envelope.decryptBytes(sealed)).equals(plaintext)).toBe(true);
    },
  );

  test('any changed byte of the header is refused by the sidecar or the commitment', async () => {
    const sealed = await envelope.encryptBytes(name, Buffer.from('attack at dawn'));
    const headerBytes = sealed.length - 'attack at dawn'.length - 16;
    const step = Math.ceil(headerBytes / 150);
    for (let at = 0; at < headerBytes; at += at < 80 ? 1 : step) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] as number) ^ 1;
      const refusal = await envelope.decryptBytes(changed).catch((error: unknown) => error);
      expect(['data_invalid', 'operation_failed', 'not_found'], `byte ${at}`).toContain(
        (refusal as { code: string }).code,
      );
    }
  });
});

test('a wrapped data key is bound to its named key', async () => {
  await hsm.keys.create({ name: 'first', algorithm: 'ML-KEM-768', usages: kem });
  await hsm.keys.create({ name: 'second', algorithm: 'ML-KEM-768', usages: kem });
  const { wrapped } = await hsm.dataKeys.generate('first');
  await expect(hsm.dataKeys.decrypt('second', wrapped)).rejects.toMatchObject({ code: 'operation_failed' });
  await expect(hsm.dataKeys.rewrap('second', wrapped)).rejects.toMatchObject({ code: 'operation_failed' });
  const sealed = await envelope.encryptBytes('first', Buffer.from('x'));
  await expect(envelope.decryptBytes(sealed, { name: 'second' })).rejects.toMatchObject({ code: 'operation_failed' });
  await hsm.keys.rename('first', 'renamed');
  expect(Buffer.from(await envelope.decryptBytes(sealed, { name: 'renamed' })).toString()).toBe('x');
});

test('after a rotation older versions decrypt, the newest wraps, and the algorithm may be another one', async () => {
  const name = 'rotated';
  await hsm.keys.create({ name, algorithm: 'ML-KEM-768', usages: kem });
  const sealed = await envelope.encryptBytes(name, Buffer.from('attack at dawn'));
  const { wrapped } = await hsm.dataKeys.generate(name);
  await hsm.keys.rotate(name, { algorithm: 'MLKEM768-X25519' });
  expect(await hsm.dataKeys.generate(name)).toMatchObject({ version: 2 });
  expect(await hsm.dataKeys.decrypt(name, wrapped)).toMatchObject({ version: 1 });
  const anew = await rewrapped(sealed);
  await hsm.keys.deactivate(name, { version: 1 });
  for (const one of [sealed, anew]) expect(await textOf(one)).toBe('attack at dawn');
  expect(await hsm.dataKeys.rewrap(name, wrapped)).toMatchObject({ version: 2 });

  await hsm.keys.suspend(name, { version: 2 });
  expect(await textOf(sealed)).toBe('attack at dawn');
  await expect(textOf(anew)).rejects.toMatchObject({ code: 'key_state' });
  await expect(hsm.dataKeys.generate(name)).rejects.toMatchObject({ code: 'key_state' });
  await expect(hsm.dataKeys.rewrap(name, wrapped)).rejects.toMatchObject({ code: 'key_state' });
  await expect(envelope.encryptBytes(name, Buffer.from('x'))).rejects.toMatchObject({ code: 'key_state' });
});

test('a minimum version ends what older versions decrypt', async () => {
  const name = 'aged';
  await hsm.keys.create({ name, algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] });
  const { wrapped } = await hsm.dataKeys.generate(name);
  await hsm.keys.rotate(name);
  const { wrapped: anew } = await hsm.dataKeys.rewrap(name, wrapped);
  await hsm.keys.update(name, { minimumVersions: { decrypt: 2 } });
  expect(await hsm.dataKeys.decrypt(name, anew)).toMatchObject({ version: 2 });
  await expect(hsm.dataKeys.decrypt(name, wrapped)).rejects.toMatchObject({ code: 'key_state' });
  await expect(hsm.dataKeys.rewrap(name, wrapped)).rejects.toMatchObject({ code: 'key_state' });
});

test('what a compromised version wrapped is unwrapped only with consent', async () => {
  const name = 'leaked';
  await hsm.keys.create({ name, algorithm: 'ML-KEM-768', usages: kem });
  const { wrapped } = await hsm.dataKeys.generate(name);
  await hsm.keys.rotate(name);
  await hsm.keys.compromise(name, { version: 1, reason: 'its backup was lost' });
  await expect(hsm.dataKeys.decrypt(name, wrapped)).rejects.toMatchObject({ code: 'approval_required' });
  await expect(hsm.dataKeys.rewrap(name, wrapped)).rejects.toMatchObject({ code: 'approval_required' });
  expect(await hsm.dataKeys.generate(name)).toMatchObject({ version: 2 });
});

async function rewrapped(sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([sealed]).stream().pipeThrough(envelope.rewrap());
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function textOf(sealed: BufferSource): Promise<string> {
  return new TextDecoder().decode(await envelope.decryptBytes(sealed));
}

test.each([
  ['AES-GCM of 128 bits', { name: 'AES-GCM', length: 128 }, ['encrypt', 'decrypt'], 'not_supported'],
  ['Ed25519', { name: 'Ed25519' }, ['sign', 'verify'], 'not_supported'],
  ['AES-GCM that only decrypts', { name: 'AES-GCM', length: 256 }, ['decrypt'], 'access_invalid'],
] as const)('no data key is made under %s', async (title, algorithm, usages, code) => {
  const name = title.toLowerCase().replaceAll(' ', '-');
  await hsm.keys.create({ name, algorithm, usages });
  await expect(hsm.dataKeys.generate(name)).rejects.toMatchObject({ code });
  await expect(envelope.encryptBytes(name, Buffer.from('x'))).rejects.toMatchObject({ code });
});

test('what is no wrapped data key is refused, and so is a key that does not exist', async () => {
  for (const wrapped of [new Uint8Array(0), randomBytes(100), new Uint8Array(Buffer.from('FHDK'))]) {
    await expect(hsm.dataKeys.decrypt('aes-gcm', wrapped)).rejects.toMatchObject({ code: 'data_invalid' });
  }
  await expect(hsm.dataKeys.generate('nothing')).rejects.toMatchObject({ code: 'not_found' });
});

test('subtle cannot unwrap what a named AES-GCM key wrapped', async () => {
  const { secretKey } = await hsm.keys.get('aes-gcm');
  const { wrapped, keyId } = await hsm.dataKeys.generate('aes-gcm');
  const additionalData = Buffer.concat([wrapped.subarray(0, -48), Buffer.from(keyId)]);
  const gcm = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData };
  const unwrapped = hsm.subtle.decrypt(gcm, secretKey, new Uint8Array(wrapped.subarray(-48)));
  await expect(unwrapped).rejects.toMatchObject({ name: 'OperationError' });
});

test('each use is in the log, and no data key is', async () => {
  const { dataKey, wrapped } = await hsm.dataKeys.generate('aes-gcm');
  await hsm.dataKeys.decrypt('aes-gcm', wrapped);
  await hsm.dataKeys.rewrap('aes-gcm', wrapped);
  const { records } = await lastRecords(3);
  expect(records.map(({ record }) => [record.operation, record.outcome, record.keyName, record.keyVersion])).toEqual([
    ['dataKey.generate', 'ok', 'aes-gcm', 1],
    ['dataKey.decrypt', 'ok', 'aes-gcm', 1],
    ['dataKey.rewrap', 'ok', 'aes-gcm', 1],
  ]);
  const text = JSON.stringify(records);
  for (const encoding of ['base64url', 'base64', 'hex'] as const) {
    expect(text).not.toContain(Buffer.from(dataKey).toString(encoding));
  }
  expect(await verifyFolder(sidecar.folders.log, hsm.hello.log.keys)).toBeDefined();
});

/** The last records that `audit.list` gives. */
async function lastRecords(count: number) {
  const { size } = await hsm.audit.checkpoint();
  return hsm.audit.list({ start: size - count, limit: count });
}

test('64 MiB pass through both ways in pieces', async () => {
  const mebibyte = randomBytes(1 << 20);
  let given = 0;
  const source = new ReadableStream<BufferSource>({
    pull(controller) {
      if (given++ < 64) controller.enqueue(mebibyte);
      else controller.close();
    },
  });
  const opened = source.pipeThrough(envelope.encrypt('mlkem768-x25519')).pipeThrough(envelope.decrypt());
  let bytes = 0;
  for await (const piece of opened as unknown as AsyncIterable<Uint8Array>) {
    const at = bytes % mebibyte.length;
    expect(mebibyte.compare(piece, 0, piece.length, at, at + piece.length)).toBe(0);
    bytes += piece.length;
  }
  expect(bytes).toBe(64 << 20);
});
