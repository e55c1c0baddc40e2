import { randomUUID } from 'node:crypto';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly } from './assembly.ts';
import { type ImportTarget, senders } from './import-senders.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';

const olga = approver('olga');
const otto = approver('otto');

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const credentials = [{ uid: process.geteuid?.() ?? 0 }];
    const principals = [
      personRecord(olga, ['Officer']),
      personRecord(otto, ['Officer']),
      { id: 'app', kind: 'workload', owner: 'otto', roles: ['Operator'], credentials },
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals, groups: [] }));
  },
});
const assembly = new Assembly(sidecar);
let app: FerroHsm;
beforeAll(async () => {
  await assembly.join('olga', 'otto');
  app = await sidecar.connect();
});
afterAll(async () => {
  await app.close();
  assembly.leave();
});

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex') as Buffer<ArrayBuffer>;

const keys = {
  128: '000102030405060708090A0B0C0D0E0F',
  192: '000102030405060708090A0B0C0D0E0F1011121314151617',
  256: '000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',
} as const;
const data = {
  128: '00112233445566778899AABBCCDDEEFF',
  192: '00112233445566778899AABBCCDDEEFF0001020304050607',
  256: '00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F',
} as const;

// RFC 3394 section 4.
const vectors = [
  [128, 128, '1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5'],
  [192, 128, '96778B25AE6CA435 F92B5B97C050AED2 468AB8A17AD84E5D'],
  [256, 128, '64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7'],
  [192, 192, '031D33264E15D332 68F24EC260743EDC E1C6C7DDEE725A93 6BA814915C6762D2'],
  [256, 192, 'A8F9BC1612C68B3F F6E6F4FBE30E71E4 769C8B80A32CB895 8CD5D17D6B254DA1'],
  [256, 256, '28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21'],
] as const;

/** A named key of known bytes: only an import makes one. */
async function named(bytes: Buffer): Promise<CryptoKey> {
  const target = (await assembly.ask('olga', 'keys.prepareImport')).result as unknown as ImportTarget;
  const wrapped = (await senders['HPKE-MLKEM768-X25519'](target, bytes)).toString('base64url');
  const name = `kek/${randomUUID()}`;
  const key = { name, format: 'raw-secret', algorithm: { name: 'AES-KW' }, usages: ['wrapKey', 'unwrapKey'] };
  const { error } = await assembly.agreed('olga', 'keys.import', { ...key, importId: target.importId, wrapped }, [
    otto,
  ]);
  if (error !== undefined) throw new Error(error.data.code);
  return (await app.keys.get(name)).secretKey;
}

test.each(vectors)('RFC 3394: a named AES-KW key of %d bits wraps %d bits', async (keyBits, dataBits, wrapped) => {
  const kek = await named(hex(keys[keyBits]));
  const usages: KeyUsage[] = ['encrypt', 'decrypt'];
  const key = await app.subtle.importKey('raw', hex(data[dataBits]), 'AES-GCM', true, usages);
  expect(Buffer.from(await app.subtle.wrapKey('raw', key, kek, 'AES-KW'))).toEqual(hex(wrapped));

  const back = await app.subtle.unwrapKey('raw', hex(wrapped), kek, 'AES-KW', 'AES-GCM', true, usages);
  expect(Buffer.from(await app.subtle.exportKey('raw', back))).toEqual(hex(data[dataBits]));
  const held = await app.subtle.unwrapKey('raw', hex(wrapped), kek, 'AES-KW', 'AES-GCM', false, usages);
  await expect(app.subtle.exportKey('raw', held)).rejects.toMatchObject({ name: 'InvalidAccessError' });

  const changed = hex(wrapped);
  changed.writeUInt8(changed.readUInt8(3) ^ 1, 3);
  await expect(app.subtle.unwrapKey('raw', changed, kek, 'AES-KW', 'AES-GCM', true, usages)).rejects.toMatchObject({
    name: 'OperationError',
  });
});
