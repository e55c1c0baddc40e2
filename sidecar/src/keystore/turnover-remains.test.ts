import { hkdfSync } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gcmsiv } from '@noble/ciphers/aes.js';
import canonicalize from 'canonicalize';
import { describe, expect, test } from 'vitest';
import { testStore } from './test-store.ts';
import { expectSecrets, filledStore, finishTurnover, secretFile } from './test-turnover.ts';

describe('what is left after a turnover', () => {
  test('does not open a copy of the database from before, but one from after', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 5);
    const copyTo = (name: string) => {
      cpSync(join(store.folder, 'store'), join(store.folder, name), { recursive: true });
      return join(store.folder, name);
    };
    const before = copyTo('before');
    await keystore.beginGeneration();
    await keystore.rewrapSome(2);
    const meanwhile = copyTo('meanwhile');
    await finishTurnover(keystore);
    const after = copyTo('after');
    await keystore.close();
    for (const folder of [before, meanwhile]) {
      await expect(store.open({ folder })).rejects.toMatchObject({ code: 'keystore_corrupt' });
    }
    const copy = await store.open({ folder: after });
    await expectSecrets(copy, secrets);
    await copy.verify();
    await copy.close();
  });

  test('cannot unwrap the keys of before by any means, as a second implementation sees it', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 1);
    const [[id, secret] = ['', '']] = secrets;
    const record = await keystore.get(id);
    const rowOf = (table: string) => {
      const database = store.database();
      const row = database.prepare(`SELECT value FROM ${table} WHERE path = ?`).get(`version/${id}/1`);
      database.close();
      return JSON.parse(Buffer.from(row?.value as Uint8Array).toString());
    };
    const erased = readFileSync(secretFile(store, 1));
    const before = rowOf('sealed_1');
    await keystore.beginGeneration();
    await finishTurnover(keystore);
    const left = readFileSync(secretFile(store, 2));
    const after = rowOf('sealed_0');
    await keystore.close();
    if (record === undefined) throw new Error('no record');
    const { versions, ...key } = record;
    const [{ publicKey, ...version }] = versions;
    const full = {
      key,
      version: {
        ...version,
        publicKey: { format: publicKey?.format, data: Buffer.from(publicKey?.data ?? []).toString('base64url') },
      },
      format: 'raw-private',
    };
    const fixed = { id, type: key.type, version: 1, algorithm: version.algorithm, createdAt: version.createdAt };
    const unsealed = (row: typeof before, generationSecret: Buffer) => {
      const { generation, dek, secret } = row.sealed;
      const kek = hkdfSync('sha256', store.rootKey, generationSecret, `ferrohsm/kek/v1/${generation}`, 32);
      const wrapped = { purpose: 'ferrohsm/dek/v1', generation, of: full };
      const opened = nobleOpen(new Uint8Array(kek), dek, wrapped);
      return nobleOpen(opened, secret, { purpose: 'ferrohsm/secret/v1', of: { ...fixed, format: 'raw-private' } });
    };
    expect(after.sealed.generation).toBe(2);
    expect(after.sealed.dek).not.toBe(before.sealed.dek);
    expect(Buffer.from(unsealed(after, left)).toString('hex')).toBe(secret);
    // The erased file was the one thing that the copy lacked.
    expect(Buffer.from(unsealed(before, erased)).toString('hex')).toBe(secret);
    expect(() => unsealed(before, left)).toThrow();
    expect(() => unsealed({ sealed: { ...before.sealed, generation: 2 } }, left)).toThrow();
  });
});

/** Layout of `crypto/sealing.ts`: version byte, 12-byte nonce, ciphertext, tag. */
function nobleOpen(key: Uint8Array, sealed: string, associatedData: object): Uint8Array {
  const bytes = Buffer.from(sealed, 'base64url');
  const data = Buffer.from(canonicalize(associatedData) ?? '');
  return gcmsiv(key, bytes.subarray(1, 13), data).decrypt(bytes.subarray(13));
}
