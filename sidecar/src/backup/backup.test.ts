import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import { describe, expect, test } from 'vitest';
import { createChunkCipher } from '../crypto/chunk-cipher.ts';
import { createSealing } from '../crypto/sealing.ts';
import { Secret } from '../secret.ts';
import { BackupReader, readFront } from './backup-reader.ts';
import { BackupWriter } from './backup-writer.ts';
import { type BackupHeader, encodeHeader } from './header.ts';

const crypto = { derive: createSealing().derive, chunkCipher: createChunkCipher };
const shared = randomBytes(32);
const counts = { group: 2, version: 1, system: 1 };
const header: BackupHeader = {
  id: 'backup_AAAAAAAAAAAAAAAAAAAAAA',
  createdAt: 1_000,
  software: '0.0.0',
  log: { origin: 'hsm.example/log', keys: ['key'], checkpoint: 'hsm.example/log\n0\nAAAA\n' },
  base: { id: 'backup_BBBBBBBBBBBBBBBBBBBBBB', sha256: 'B'.repeat(43), stateRoot: 'cd'.repeat(32) },
  stateRoot: 'ab'.repeat(32),
  stateCounter: 7,
  counts,
  recipient: { algorithm: 'MLKEM768-X25519', fingerprint: 'A'.repeat(43) },
  encapsulated: 'AAAA',
};
const manifest = { rows: 4, counts, removed: 1, stateRoot: header.stateRoot, stateCounter: 7 };
const secretBytes = randomBytes(48);
/** Larger than a chunk, so that records lie across chunks. */
const large = randomBytes(150_000);

async function written(value = large, changed: object = {}): Promise<Buffer> {
  const parts: Buffer[] = [];
  using secret = Secret.copy(shared);
  using rowSecret = Secret.copy(secretBytes);
  const sink = { write: async (bytes: Buffer) => void parts.push(Buffer.from(bytes)) };
  using writer = await BackupWriter.begin(sink, header, secret, crypto);
  await writer.write({ path: 'group/a', value });
  await writer.write({ path: 'group/b', value: Buffer.alloc(0) });
  await writer.remove('group/c');
  await writer.write({ path: 'system/log/key', value: Buffer.alloc(0), hash: Buffer.alloc(32, 1) });
  await writer.write({ path: 'version/x/1', value: Buffer.from('{}'), hash: Buffer.alloc(32, 2), secret: rowSecret });
  const { sizeBytes, sha256 } = await writer.finish({ ...manifest, ...changed });
  const content = Buffer.concat(parts);
  expect(sizeBytes).toBe(content.length);
  expect(sha256).toEqual(createHash('sha256').update(content).digest());
  return content;
}

async function read(content: Buffer, key = shared): Promise<string[]> {
  let at = 0;
  const source = {
    sizeBytes: content.length,
    async read(into: Buffer) {
      const copied = content.copy(into, 0, at);
      at += copied;
      return copied;
    },
  };
  using secret = Secret.copy(key);
  using reader = new BackupReader(source, await readFront(source), secret, crypto);
  const rows: string[] = [];
  for await (const record of reader.records()) {
    if ('removed' in record) {
      rows.push(`removed ${record.removed}`);
      continue;
    }
    const { row } = record;
    using rowSecret = row.secret;
    rows.push([row.path, row.value.length, row.hash?.[0], rowSecret?.bytes.equals(secretBytes)].join(' '));
  }
  return rows;
}

async function codeOf(content: Buffer, key = shared): Promise<string> {
  return await read(content, key).then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );
}

test('what was written is read, across chunks', async () => {
  const rows = await read(await written());
  expect(rows).toEqual([
    'group/a 150000  ',
    'group/b 0  ',
    'removed group/c',
    'system/log/key 0 1 ',
    'version/x/1 2 2 true',
  ]);
});

test('the chunks are what the documentation says, by another implementation', async () => {
  const content = await written();
  const front = encodeHeader(header);
  expect(content.subarray(0, 5).toString('latin1')).toBe('FHBK\u0001');
  const salt = createHash('sha256').update(front).digest();
  const derived = (name: string) => Buffer.from(hkdfSync('sha256', shared, salt, `ferrohsm/backup/v1/${name}`, 32));
  expect(content.subarray(front.length, front.length + 32)).toEqual(derived('commitment'));
  const sealed = content.subarray(front.length + 32);
  const plain: Uint8Array[] = [];
  for (let number = 0; number * 65_552 < sealed.length; number++) {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(number, 7);
    nonce[11] = (number + 1) * 65_552 >= sealed.length ? 1 : 0;
    plain.push(gcm(derived('chunks'), nonce).decrypt(sealed.subarray(number * 65_552, (number + 1) * 65_552)));
  }
  const records = Buffer.concat(plain);
  expect(records.subarray(0, 12).toString('hex')).toBe('01' + '0007' + '000249f0' + '00' + '00000000');
  expect(records.subarray(12, 19).toString()).toBe('group/a');
  expect(records.includes(secretBytes)).toBe(true);
  expect(JSON.parse(records.subarray(records.lastIndexOf('{"rows"')).toString())).toEqual(manifest);
});

describe('refused is', () => {
  test('a change of any byte', async () => {
    const content = await written(Buffer.from('small'));
    expect(await codeOf(content)).toBe('ok');
    const refusals = new Set<string>();
    for (let at = 0; at < content.length; at++) {
      for (const bit of [1, 0x80]) {
        const changed = Buffer.from(content);
        changed[at] = (changed[at] ?? 0) ^ bit;
        refusals.add(await codeOf(changed));
      }
    }
    expect([...refusals]).toEqual(['data_invalid']);
  });

  test('an end at any byte, and a byte more', async () => {
    const content = await written(Buffer.from('small'));
    const refusals = new Set<string>();
    for (let end = 0; end < content.length; end++) refusals.add(await codeOf(content.subarray(0, end)));
    refusals.add(await codeOf(Buffer.concat([content, Buffer.alloc(1)])));
    expect([...refusals]).toEqual(['data_invalid']);
  });

  test('another secret', async () => {
    expect(await codeOf(await written(), randomBytes(32))).toBe('data_invalid');
  });

  test('rows that are out of order, or there twice', async () => {
    for (const path of ['group/b', 'group/a']) {
      const parts: Buffer[] = [];
      using secret = Secret.copy(shared);
      using writer = await BackupWriter.begin(
        { write: async (bytes) => void parts.push(bytes) },
        header,
        secret,
        crypto,
      );
      for (const row of ['group/b', path]) await writer.write({ path: row, value: Buffer.alloc(0) });
      const twoGroups = { rows: 2, counts: { group: 2 }, removed: 0, stateRoot: header.stateRoot, stateCounter: 7 };
      await writer.finish(twoGroups);
      expect(await codeOf(Buffer.concat(parts))).toBe('data_invalid');
    }
  });

  test('a manifest that does not agree', async () => {
    for (const changed of [
      { rows: 3 },
      { removed: 0 },
      { stateRoot: 'cd'.repeat(32) },
      { stateCounter: 8 },
      { counts: { ...counts, group: 3 } },
      { counts: { group: 2, version: 1 } },
    ]) {
      expect(await codeOf(await written(large, changed))).toBe('data_invalid');
    }
  });
});
