import { describe, expect, onTestFinished, test } from 'vitest';
import { testStore } from '../keystore/test-store.ts';
import { findNewestPolicy } from './policy-store.ts';
import {
  loading,
  open,
  sha256,
  shut,
  signed,
  started,
  startedAt,
  storedDocuments,
  versionsOf,
} from './test-policies.ts';

describe('the versions', () => {
  test('begin with the file; records ignore it from then on', async () => {
    const all = await storedDocuments();
    const { store } = await started(all);
    expect(store.current).toEqual({
      version: 1,
      sha256: sha256(open),
      text: open,
      source: 'file',
      loadedAt: startedAt,
    });
    expect((await started(all, { fileText: shut })).store.current.text).toBe(open);
    expect(await versionsOf(all)).toEqual([1]);
  });

  test('follow the file where it is the truth, and nothing else', async () => {
    const all = await storedDocuments();
    const byFile = { governance: 'file' } as const;
    await started(all, byFile);
    await started(all, byFile);
    expect(await versionsOf(all)).toEqual([1]);
    const { store, outcome } = await started(all, { ...byFile, fileText: shut });
    expect(store.current).toMatchObject({ version: 2, source: 'file', text: shut });
    const refusal = { code: 'governed_by_file' };
    await expect(store.load(open, loading(signed(open, 2)))).rejects.toMatchObject(refusal);
    await expect(store.rollback(1, loading(signed(open, 2)))).rejects.toMatchObject(refusal);
    expect(outcome()).toBe('deny');
    expect(await versionsOf(all)).toEqual([1, 2]);
  });

  test('are loaded, listed, rolled back to, and found again by the next start', async () => {
    const all = await storedDocuments();
    const { store, outcome, engine } = await started(all);
    expect(outcome()).toBe('allow');
    const { epoch } = engine;
    const jws = signed(shut, 1);
    const loaded = await store.load(shut, loading(jws));
    expect(loaded).toEqual({
      version: 2,
      sha256: sha256(shut),
      text: shut,
      source: 'rpc',
      loadedBy: 'olga',
      loadedAt: startedAt,
      signature: jws,
      approval: 'apr_1',
    });
    expect({ outcome: outcome(), sha256: engine.sha256, epoch: engine.epoch }).toEqual({
      outcome: 'deny',
      sha256: sha256(shut),
      epoch: epoch + 1,
    });
    const back = await store.rollback(1, loading(signed(open, 2)));
    expect(back).toMatchObject({ version: 3, text: open, source: 'rollback' });
    expect(outcome()).toBe('allow');
    expect((await store.history(undefined, 10)).map(({ version }) => version)).toEqual([3, 2, 1]);
    expect((await store.history(3, 1)).map(({ version }) => version)).toEqual([2]);
    expect(await store.version(2)).toEqual(loaded);
    await expect(store.version(4)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.rollback(9, loading(signed(open, 3)))).rejects.toMatchObject({ code: 'not_found' });
    const next = await started(all, { fileText: shut });
    expect(next.store.current).toEqual(back);
    expect(next.outcome()).toBe('allow');
  });

  test('keep their order beyond nine, and are listed by pages', async () => {
    const all = await storedDocuments();
    const { store } = await started(all);
    for (let version = 2; version <= 12; version++) {
      const text = `${open} // ${version}`;
      await store.load(text, loading(signed(text, version - 1)));
    }
    expect((await started(all)).store.current).toMatchObject({ version: 12, text: `${open} // 12` });
    const page = async (before?: number) => (await store.history(before, 5)).map(({ version }) => version);
    expect([await page(), await page(8), await page(3), await page(1)]).toEqual([
      [12, 11, 10, 9, 8],
      [7, 6, 5, 4, 3],
      [2, 1],
      [],
    ]);
    expect(await page(4_000_000_000)).toEqual([12, 11, 10, 9, 8]);
  });

  test('are there after the keystore was closed and opened again', async () => {
    const files = testStore();
    const first = await files.open();
    const { store } = await started(first.documents);
    const loaded = await store.load(shut, loading(signed(shut, 1)));
    await first.close();
    const second = await files.open();
    onTestFinished(() => second.close());
    const { store: again, outcome } = await started(second.documents);
    expect(again.current).toEqual(loaded);
    expect(await again.history(undefined, 10)).toEqual([
      loaded,
      expect.objectContaining({ version: 1, source: 'file' }),
    ]);
    expect((await findNewestPolicy(second.documents))?.text).toBe(shut);
    expect(outcome()).toBe('deny');
  });
});

describe('a repeated request', () => {
  test('answers the first outcome; another request of that id is refused', async () => {
    const all = await storedDocuments();
    const { store, engine } = await started(all);
    const first = loading(signed(shut, 1));
    const loaded = await store.load(shut, first);
    const { epoch } = engine;
    expect(await store.load(shut, first)).toEqual(loaded);
    const conflict = { ...first, request: { ...first.request, requestDigest: 'another' } };
    await expect(store.load(open, conflict)).rejects.toMatchObject({ code: 'request_conflict' });
    expect({ epoch: engine.epoch, stored: await versionsOf(all) }).toEqual({ epoch, stored: [1, 2] });
  });

  test('answers the first outcome after later ones too, and does not switch back', async () => {
    const all = await storedDocuments();
    const { store, outcome } = await started(all);
    const first = loading(signed(shut, 1));
    const loaded = await store.load(shut, first);
    const back = loading(signed(open, 2));
    const rolledBack = await store.rollback(1, back);
    expect(await store.load(shut, first)).toEqual(loaded);
    expect(store.current).toEqual(rolledBack);
    await store.load(shut, loading(signed(shut, 3)));
    expect(await store.rollback(1, back)).toEqual(rolledBack);
    expect({ current: store.current.version, outcome: outcome() }).toEqual({ current: 4, outcome: 'deny' });
    const next = await started(all);
    expect(await next.store.load(shut, first)).toEqual(loaded);
    expect({ current: next.store.current.version, stored: await versionsOf(all) }).toEqual({
      current: 4,
      stored: [1, 2, 3, 4],
    });
  });

  test('is no other one: of two loads at once the second names a version that is no longer in force', async () => {
    const all = await storedDocuments();
    const { store, engine, outcome } = await started(all);
    const other = `${open} // other`;
    const [first, second] = await Promise.allSettled([
      store.load(shut, loading(signed(shut, 1))),
      store.load(other, loading(signed(other, 1))),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { version: 2 } });
    const reason = { code: 'evidence_invalid', detail: 'replaces is not 2' };
    expect(second).toMatchObject({ status: 'rejected', reason });
    expect({ sha256: engine.sha256, outcome: outcome() }).toEqual({ sha256: sha256(shut), outcome: 'deny' });
    await expect(store.load(other, loading(signed(other, 2)))).resolves.toMatchObject({ version: 3 });
  });

  test('that comes 64 times at once loads once, and of rivals only one replaces a version', async () => {
    const all = await storedDocuments();
    const { store } = await started(all);
    const same = loading(signed(shut, 1));
    const answers = await Promise.all(Array.from({ length: 64 }, () => store.load(shut, same)));
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set([2]));
    const rivals = Array.from({ length: 64 }, (_, index) => `${open} // ${index}`);
    const ended = await Promise.allSettled(rivals.map((text) => store.load(text, loading(signed(text, 2)))));
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await versionsOf(all)).toEqual([1, 2, 3]);
  });

  test('a version that was written but not put in force is in force at the next start', async () => {
    const all = await storedDocuments();
    const { store, engine } = await started(all);
    engine.replace = () => {
      throw new Error('the process ends here');
    };
    await expect(store.load(shut, loading(signed(shut, 1)))).rejects.toThrow('ends here');
    const next = await started(all);
    expect({ version: next.store.current.version, outcome: next.outcome() }).toEqual({ version: 2, outcome: 'deny' });
  });
});
