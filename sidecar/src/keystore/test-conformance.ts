import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Keystore } from './contract.ts';
import { namesOfDue, newKey } from './test-store.ts';

/** A medium for stores, as the suite needs it. */
export interface ConformingMedium {
  /** Opens the store that lies there, making it on first use. */
  open(now?: () => number): Promise<Keystore>;
  /**
   * Lets another process create keys named `run/0`, `run/1`, ... whose secrets are SHA-256 of their names, and ends it
   * without a word. Answers those that were acknowledged before.
   */
  crash(run: string): Promise<readonly string[]>;
}

function change(requestId: string) {
  return { requestId, requestDigest: requestId, principal: 'alice' };
}

async function namesOf(keystore: Keystore): Promise<string[]> {
  return (await keystore.list({ limit: 100_000 })).map(({ name }) => name);
}

/** What every store must hold, whatever it lies in: the contract of {@link Keystore}, seen from outside. */
export function describeKeystore(what: string, createMedium: () => ConformingMedium): void {
  describe(`${what}: atomicity`, () => {
    test('a change that fails in the middle leaves no trace', async () => {
      const keystore = await createMedium().open();
      await keystore.create(newKey('kept'));
      const [root, { stateCounter }] = [await keystore.root(), await keystore.mark()];
      const refusal = new Error('refused');
      const refuse = () => {
        throw refusal;
      };
      await expect(keystore.revise('kept', refuse)).rejects.toBe(refusal);
      await expect(keystore.create(newKey('kept', { requestId: 'again' }))).rejects.toMatchObject({
        code: 'already_exists',
      });
      await expect(keystore.create(newKey('late', { requireCurrent: refuse }))).rejects.toBe(refusal);
      await expect(
        keystore.documents.change((changes) => {
          changes.put('group', 'ops', { members: [] });
          refuse();
        }),
      ).rejects.toBe(refusal);
      expect(await keystore.documents.get('group', 'ops')).toBeUndefined();
      expect(await keystore.mark()).toEqual({ stateRoot: root, stateCounter });
      await keystore.verify();
      await keystore.close();
    });

    test('one that fails takes none of those beside it with it', async () => {
      const keystore = await createMedium().open();
      const outcomes = await Promise.allSettled([
        keystore.create(newKey('a')),
        keystore.create(newKey('a', { requestId: 'twin' })),
        keystore.create(newKey('b')),
        keystore.revise('missing', (before) => before),
        keystore.create(newKey('c')),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(await namesOf(keystore)).toEqual(['a', 'b', 'c']);
      await keystore.verify();
      await keystore.close();
    });

    test('a request that is repeated, even at once, changes once', async () => {
      const keystore = await createMedium().open();
      const key = newKey('once', { requestId: 'r', requestDigest: 'd' });
      const made = await Promise.all([keystore.create(key), keystore.create(key), keystore.create(key)]);
      expect(new Set(made.map(({ id }) => id)).size).toBe(1);
      await expect(keystore.create({ ...key, requestDigest: 'other' })).rejects.toMatchObject({
        code: 'request_conflict',
      });
      expect(await keystore.outcome('alice', 'r', 'd')).toEqual(made[0]);
      expect(await keystore.count()).toBe(1);
      await keystore.close();
    });
  });

  describe(`${what}: concurrency and order`, () => {
    test('changes of one key that are made at once are all made, one after the other', async () => {
      const keystore = await createMedium().open();
      await keystore.create(newKey('counted', { labels: { n: '0' } }));
      const before = (await keystore.mark()).stateCounter;
      const next = () =>
        keystore.revise('counted', (record) => ({ ...record, labels: { n: String(Number(record.labels.n) + 1) } }));
      const revised = await Promise.all(Array.from({ length: 300 }, next));
      expect(revised.map(({ labels }) => Number(labels.n))).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
      expect(await keystore.get('counted')).toMatchObject({ labels: { n: '300' }, revision: 301 });
      expect((await keystore.mark()).stateCounter).toBe(before + 300);
      await keystore.verify();
      await keystore.close();
    });

    test('documents and keys that are changed at once are both changed', async () => {
      const keystore = await createMedium().open();
      const first = keystore.create(newKey('first'));
      const document = keystore.documents.change((changes) => changes.put('group', 'ops', { members: ['alice'] }));
      const second = keystore.create(newKey('second'));
      await Promise.all([first, document, second]);
      expect(await namesOf(keystore)).toEqual(['first', 'second']);
      expect(await keystore.documents.get('group', 'ops')).toEqual({ members: ['alice'] });
      await keystore.verify();
      await keystore.close();
    });

    test('what is not durable is not seen, and what is acknowledged is', async () => {
      const keystore = await createMedium().open();
      const creating = keystore.create(newKey('a'));
      expect(await keystore.get('a')).toBeUndefined();
      const { id } = await creating;
      expect(await keystore.get('a')).toMatchObject({ id });
      expect(await keystore.get(id)).toMatchObject({ name: 'a' });
      await keystore.close();
    });

    test('lists are in the order of bytes, in pages, by prefix and by term', async () => {
      const keystore = await createMedium().open();
      const names = ['b', 'a', 'B', 'a/2', 'a/10', 'a-', 'A_', 'z~'];
      await Promise.all(
        names.map((name, i) => keystore.create(newKey(name, { labels: { team: i % 2 ? 'odd' : 'even' } }))),
      );
      const ordered = names.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      expect(await namesOf(keystore)).toEqual(ordered);
      const paged: string[] = [];
      for (let after: string | undefined; ; after = paged.at(-1)) {
        const page = await keystore.list({ limit: 3, ...(after !== undefined && { after }) });
        paged.push(...page.map(({ name }) => name));
        if (page.length < 3) break;
      }
      expect(paged).toEqual(ordered);
      const prefixed = await keystore.list({ prefix: 'a', limit: 10 });
      expect(prefixed.map(({ name }) => name)).toEqual(ordered.filter((name) => name.startsWith('a')));
      const terms = { labels: { team: 'odd' }, algorithm: 'ECDSA', state: 'active' } as const;
      const odd = names.filter((_, i) => i % 2 === 1).sort();
      expect((await keystore.list({ terms, limit: 10 })).map(({ name }) => name)).toEqual(odd);
      expect((await keystore.list({ terms, limit: 10, after: odd[1] ?? '' })).map(({ name }) => name)).toEqual(
        odd.slice(2),
      );
      expect(await keystore.list({ terms: { ...terms, algorithm: 'HMAC' }, limit: 10 })).toEqual([]);
      await keystore.close();
    });

    test('a renamed key, and one whose labels changed, is found by what it has now', async () => {
      const keystore = await createMedium().open();
      await keystore.create(newKey('before', { labels: { team: 'a' } }));
      const at = change('both');
      await Promise.all([
        keystore.rename({ nameOrId: 'before', newName: 'after', ...at }),
        keystore.revise('after', (record) => ({ ...record, labels: { team: 'b' } })),
      ]);
      const found = async (team: string) =>
        (await keystore.list({ terms: { labels: { team } }, limit: 9 })).map(({ name }) => name);
      expect(await found('a')).toEqual([]);
      expect(await found('b')).toEqual(['after']);
      await keystore.verify();
      await keystore.close();
    });

    test('what is due comes by time', async () => {
      const keystore = await createMedium().open(() => 1_000);
      await Promise.all([3, 1, 2].map((n) => keystore.create(newKey(`k${n}`, { expiresAt: 5_000 * n }))));
      const names = async (time: number) => await namesOfDue(keystore, await keystore.due(time, 10));
      expect(await names(4_999)).toEqual([]);
      expect(await names(10_000)).toEqual(['k1', 'k2']);
      const [first] = await keystore.due(20_000, 1);
      expect(await namesOfDue(keystore, await keystore.due(20_000, 5, first))).toEqual(['k2', 'k3']);
      await keystore.close();
    });
  });

  describe(`${what}: secrets`, () => {
    test('versions come back as they were given, also after a new key generation', async () => {
      const keystore = await createMedium().open();
      const keys = new Map<string, Buffer>();
      for (let index = 0; index < 20; index++) {
        const key = newKey(`k${index}`);
        keys.set(key.name, Buffer.from(key.secret.bytes));
        await keystore.create(key);
      }
      const turning = async () => {
        await keystore.beginGeneration();
        while (!(await keystore.rewrapSome(4)).done);
      };
      await Promise.all([
        turning(),
        keystore.create(newKey('meanwhile')),
        keystore.rename({ nameOrId: 'k3', newName: 'k3b', ...change('n') }),
      ]);
      for (const [name, bytes] of keys) {
        const { secret } = await keystore.unseal(name === 'k3' ? 'k3b' : name, 1);
        expect(secret.bytes).toEqual(bytes);
        secret.dispose();
      }
      await keystore.verify();
      await keystore.close();
    });

    test('a secret of the installation is made once', async () => {
      const medium = createMedium();
      const first = await medium.open();
      const { Secret } = await import('../secret.ts');
      const bytes = randomBytes(32);
      (await first.systemSecret('log/mac-key', () => Secret.copy(bytes))).dispose();
      await first.close();
      const second = await medium.open();
      using again = await second.systemSecret('log/mac-key', () => Secret.take(randomBytes(32)));
      expect(again.bytes).toEqual(bytes);
      await second.close();
    });
  });

  describe(`${what}: crash`, () => {
    test('a store is what it was when it is opened again', async () => {
      const medium = createMedium();
      const first = await medium.open();
      await Promise.all(['a', 'b', 'c'].map((name) => first.create(newKey(name))));
      first.usage.save(new Map([['a/1', { uses: 3, bytes: 10, usedAt: 7 }]]));
      const mark = await first.mark();
      await first.close();
      const second = await medium.open();
      expect(await second.mark()).toEqual(mark);
      expect(await namesOf(second)).toEqual(['a', 'b', 'c']);
      expect(second.usage.load('a/1')).toEqual({ uses: 3, bytes: 10, usedAt: 7 });
      expect(second.usage.after('', 10)).toEqual([['a/1', { uses: 3, bytes: 10, usedAt: 7 }]]);
      await second.verify();
      await second.close();
    });

    test('what waits when it is closed is made', async () => {
      const medium = createMedium();
      const first = await medium.open();
      const creating = first.create(newKey('late'));
      await first.close();
      const record = await creating;
      await expect(first.create(newKey('later'))).rejects.toMatchObject({ code: 'keystore_unavailable' });
      const second = await medium.open();
      expect(await second.get('late')).toEqual(record);
      expect(await second.count()).toBe(1);
      await second.close();
    });

    test('loses nothing that was acknowledged', { timeout: 60_000 }, async () => {
      const medium = createMedium();
      const acknowledged: string[] = [];
      for (let run = 0; run < 3; run++) acknowledged.push(...(await medium.crash(`run-${run}`)));
      const keystore = await medium.open();
      await keystore.verify();
      expect(acknowledged.length).toBeGreaterThan(10);
      for (const name of acknowledged) {
        using unsealed = (await keystore.unseal(name, 1)).secret;
        expect(unsealed.bytes).toEqual(createHash('sha256').update(name).digest());
      }
      await keystore.close();
    });
  });
}

/** The same of a store with many keys: what is found, what is not, and that it is whole. */
export function describeLargeKeystore(what: string, createMedium: () => ConformingMedium, keys: number): void {
  test(`${what}: ${keys.toLocaleString('en')} keys`, async () => {
    const medium = createMedium();
    const first = await medium.open();
    await createMany(first, keys);
    await first.close();
    const keystore = await medium.open();
    expect(await keystore.count()).toBe(keys);
    for (const number of [0, Math.floor(keys / 2), keys - 1]) {
      const record = await keystore.get(nameOf(number));
      expect(record).toMatchObject({ name: nameOf(number), labels: { team: teamOf(number) } });
      expect(await keystore.get(record?.id ?? '')).toEqual(record);
    }
    expect(await keystore.get(nameOf(keys))).toBeUndefined();
    const page = await keystore.list({ after: nameOf(keys - 11), limit: 100 });
    expect(page.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, index) => nameOf(keys - 10 + index)));
    const team = await keystore.list({ terms: { labels: { team: teamOf(keys - 1) } }, limit: keys });
    expect(team).toHaveLength(Math.ceil((keys - Number(teamOf(keys - 1))) / teams));
    expect(await keystore.list({ terms: { state: 'suspended' }, limit: 100 })).toEqual([]);
    await keystore.revise(nameOf(7), (record) => ({ ...record, labels: { team: 'none' } }));
    expect((await keystore.list({ terms: { labels: { team: 'none' } }, limit: 9 })).map(({ name }) => name)).toEqual([
      nameOf(7),
    ]);
    expect((await keystore.verify()).root).toBe(await keystore.root());
    await keystore.close();
  });
}

const teams = 1000;

function nameOf(number: number): string {
  return `key-${String(number).padStart(7, '0')}`;
}

function teamOf(number: number): string {
  return String(number % teams);
}

/** Creates keys as fast as many callers would. */
async function createMany(keystore: Keystore, count: number): Promise<void> {
  const together = 256;
  for (let from = 0; from < count; from += together) {
    const size = Math.min(together, count - from);
    await Promise.all(
      Array.from({ length: size }, (_, index) => {
        const labels = { team: teamOf(from + index) };
        return keystore.create(newKey(nameOf(from + index), { labels }));
      }),
    );
  }
}
