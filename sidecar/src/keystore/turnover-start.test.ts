import { copyFileSync, cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testStore } from './test-store.ts';
import { expectSecrets, filledStore, finishTurnover, secretFile, secretFiles } from './test-turnover.ts';

describe('a start finds', () => {
  test('a secret that no state came to need, whole or torn', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 2);
    await keystore.close();
    for (const length of [0, 7, 32]) {
      writeFileSync(`${secretFile(store, 2)}.new`, Buffer.alloc(length, 1), { mode: 0o600 });
      const again = await store.open();
      expect(secretFiles(store)).toEqual(['generation-1.secret']);
      await expectSecrets(again, secrets);
      await again.close();
    }
  });

  test('a secret whose state is there, under its provisional name', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 2);
    await keystore.beginGeneration();
    await keystore.close();
    renameSync(secretFile(store, 2), `${secretFile(store, 2)}.new`);
    const again = await store.open();
    expect(secretFiles(store)).toEqual(['generation-1.secret', 'generation-2.secret']);
    await finishTurnover(again);
    await expectSecrets(again, secrets);
    await again.close();
  });

  test('a secret whose generation is over, whole or overwritten', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 2);
    const earlier = join(store.folder, 'earlier');
    copyFileSync(secretFile(store, 1), earlier);
    await keystore.beginGeneration();
    await finishTurnover(keystore);
    await keystore.close();
    for (const content of [readFileSync(earlier), Buffer.alloc(32), Buffer.alloc(0)]) {
      writeFileSync(secretFile(store, 1), content, { mode: 0o600 });
      const again = await store.open();
      expect(secretFiles(store)).toEqual(['generation-2.secret']);
      await expectSecrets(again, secrets);
      await again.close();
    }
  });
});

describe('refused is', () => {
  test('a changed byte of the state while it turns over', async () => {
    const store = testStore();
    const { keystore } = await filledStore(store, 2);
    await keystore.beginGeneration();
    await keystore.close();
    const database = store.database();
    const body = Buffer.from(database.prepare('SELECT body FROM state').get()?.body as Uint8Array);
    expect(body.toString()).toContain('"turnover":{"from":1,"rewrapped":0,"total":3}');
    const update = database.prepare('UPDATE state SET body = ?');
    const forged = [
      body.toString().replace(/,"turnover":\{[^}]*\}/, ''),
      body.toString().replace('"from":1', '"from":2'),
      body.toString().replace('"generation":2', '"generation":1'),
    ].map((text) => Buffer.from(text));
    const start = body.indexOf('"turnover"');
    for (let offset = start; offset < body.length; offset += 3) {
      const changed = Buffer.from(body);
      changed[offset] = changed.readUInt8(offset) ^ 1;
      forged.push(changed);
    }
    for (const changed of forged) {
      expect(changed.equals(body)).toBe(false);
      update.run(changed);
      await expect(store.open(), changed.toString()).rejects.toMatchObject({
        code: expect.stringMatching(/^(keystore_corrupt|config_invalid)$/),
      });
      expect(secretFiles(store)).toEqual(['generation-1.secret', 'generation-2.secret']);
    }
    update.run(body);
    await (await store.open()).close();
  });

  test('a database that is older than its generation secrets; nothing is erased', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 2);
    cpSync(join(store.folder, 'store'), join(store.folder, 'before'), { recursive: true });
    await keystore.beginGeneration();
    await keystore.close();
    await expect(store.open({ folder: join(store.folder, 'before') })).rejects.toMatchObject({
      code: 'keystore_corrupt',
      detail: 'the database is older than its generation secrets',
    });
    const again = await store.open();
    await expectSecrets(again, secrets);
    await again.close();
  });

  test('the end of a turnover that would leave a secret behind', async () => {
    const store = testStore();
    const { keystore, secrets } = await filledStore(store, 6);
    await keystore.beginGeneration();
    const database = store.database();
    const path = `version/${[...secrets.keys()][3]}/1`;
    const row = database.prepare('SELECT value FROM sealed_1 WHERE path = ?').get(path);
    // Out of the way of the walk: gone, or as if it were rewrapped already.
    database.prepare('DELETE FROM sealed_1 WHERE path = ?').run(path);
    await expect(finishTurnover(keystore)).rejects.toMatchObject({ code: 'keystore_corrupt' });
    database.prepare('INSERT INTO sealed_0 (path, value) VALUES (?, ?)').run(path, row?.value ?? null);
    await expect(finishTurnover(keystore)).rejects.toMatchObject({
      code: 'keystore_corrupt',
      detail: 'a secret is left of an earlier generation',
    });
    expect(secretFiles(store)).toEqual(['generation-1.secret', 'generation-2.secret']);
    database.prepare('DELETE FROM sealed_0 WHERE path = ?').run(path);
    database.prepare('INSERT INTO sealed_1 (path, value) VALUES (?, ?)').run(path, row?.value ?? null);
    await finishTurnover(keystore);
    await expectSecrets(keystore, secrets);
    await keystore.close();
  });
});
