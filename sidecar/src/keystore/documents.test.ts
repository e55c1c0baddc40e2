import { describe, expect, test } from 'vitest';
import { testStore } from './test-store.ts';

const request = { requestId: 'r-1', requestDigest: 'd-1', principal: 'alice' };

describe('documents', () => {
  test('are put, listed in order, replaced and deleted, and all of it is there after reopening', async () => {
    const store = testStore();
    let keystore = await store.open();
    await keystore.documents.change((changes) => {
      for (const id of ['b', 'a/1', 'ä', 'a']) changes.put('group', id, { id });
      changes.put('other', 'a', { id: 'other' });
    });
    await keystore.close();
    keystore = await store.open();
    expect((await keystore.documents.list<object>('group', { limit: 10 })).map(({ id }) => id)).toEqual([
      'ä',
      'a',
      'a/1',
      'b',
    ]);
    expect(await keystore.documents.list('group', { after: 'a', limit: 1 })).toEqual([
      { id: 'a/1', value: { id: 'a/1' } },
    ]);
    await keystore.documents.change((changes) => {
      changes.put('group', 'b', { replaced: true });
      changes.delete('group', 'a');
    });
    expect(await keystore.documents.get('group', 'b')).toEqual({ replaced: true });
    expect(await keystore.documents.get('group', 'a')).toBeUndefined();
    await keystore.verify();
    await keystore.close();
  });

  test('what a change throws undoes it whole', async () => {
    const keystore = await testStore().open();
    const root = await keystore.root();
    const failing = keystore.documents.change((changes) => {
      changes.put('group', 'a', {});
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await keystore.documents.get('group', 'a')).toBeUndefined();
    expect(await keystore.root()).toBe(root);
    await keystore.close();
  });

  test('a repeated request answers its first result, another one under its id conflicts', async () => {
    const keystore = await testStore().open();
    let made = 0;
    const change = () => keystore.documents.change(() => ({ made: ++made }), request);
    expect(await change()).toEqual({ made: 1 });
    expect(await change()).toEqual({ made: 1 });
    expect(await keystore.documents.result(request)).toEqual({ made: 1 });
    await expect(keystore.documents.result({ ...request, requestDigest: 'd-2' })).rejects.toMatchObject({
      code: 'request_conflict',
    });
    await keystore.close();
  });

  test.each(['value = cast(\'{"id":"forged"}\' AS BLOB)', "path = 'document/group/c'"])(
    'a row changed behind the store (%s) does not verify',
    async (assignment) => {
      const store = testStore();
      const keystore = await store.open();
      await keystore.documents.change((changes) => changes.put('group', 'a', { id: 'a' }));
      store.database().exec(`UPDATE rows SET ${assignment} WHERE path = 'document/group/a'`);
      const ids = ['a', 'c'];
      const reads = await Promise.allSettled(ids.map((id) => keystore.documents.get('group', id)));
      const codes = reads.map((read) => (read.status === 'rejected' ? read.reason.code : undefined));
      expect(codes).toContain('keystore_corrupt');
      await keystore.close();
    },
  );
});
