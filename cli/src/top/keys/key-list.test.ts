import type { KeyPageOptions, KeyRecord, KeysListResult } from '@ferrohsm/sdk/node';
import { describe, expect, test } from 'vitest';
import { keySelection } from './key-filter.ts';
import { KeyList } from './key-list.ts';

const count = 10_000;
const names = Array.from({ length: count }, (_, number) => `key-${String(number).padStart(5, '0')}`);

/** A keystore of names, in pages as the sidecar gives them; a selection may have short and empty ones. */
class Pages {
  readonly asked: KeyPageOptions[] = [];
  changes = 0;
  readonly failures: unknown[] = [];

  async page(options: KeyPageOptions): Promise<KeysListResult> {
    this.asked.push(options);
    if (options.prefix === 'refused') throw new Error('refused');
    const { cursor = '0', limit = 100, prefix = '' } = options;
    const start = Number(cursor);
    const looked = names.slice(start, start + limit);
    const records = looked.filter((name) => name.startsWith(prefix)).map((name) => ({ name }) as KeyRecord);
    return start + limit < count ? { records, nextCursor: String(start + limit) } : { records };
  }

  changed(): void {
    this.changes += 1;
  }

  failed(error: unknown): void {
    this.failures.push(error);
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a list of keys', () => {
  test('fetches no more than is near the chosen row', async () => {
    const pages = new Pages();
    const list = new KeyList(pages);
    await list.reload();
    expect([list.records.length, list.hasMore, pages.asked.length]).toEqual([200, true, 1]);
    list.scroll.window(18);
    for (let row = 0; row < 99; row++) list.press('down');
    await settled();
    expect(pages.asked).toHaveLength(1);
    list.press('down');
    await settled();
    expect([list.records.length, pages.asked.length]).toEqual([400, 2]);
  });

  test('comes to its end', async () => {
    const list = new KeyList(new Pages());
    await list.reload();
    while (list.hasMore) {
      list.press('end');
      await settled();
    }
    list.press('end');
    expect(list.records.map(({ name }) => name)).toEqual(names);
    expect(list.selected?.name).toBe(names.at(-1));
  });

  test('is read anew up to the chosen row, which stays', async () => {
    const pages = new Pages();
    const list = new KeyList(pages);
    await list.reload();
    while (list.scroll.selected < 5_000) {
      list.press('end');
      await settled();
    }
    const chosen = list.selected?.name;
    pages.asked.length = 0;
    await list.reload();
    expect(list.selected?.name).toBe(chosen);
    expect(pages.asked.length).toBeLessThanOrEqual(7);
  });

  test('looks on while pages of a selection are empty', async () => {
    const list = new KeyList(new Pages());
    await list.filter('key-0999');
    expect(list.records.map(({ name }) => name)).toEqual(names.slice(-10));
  });

  test('shows what was typed last, however late an earlier answer comes', async () => {
    const pages = new Pages();
    const slow = Promise.withResolvers<void>();
    const list = new KeyList({
      page: async (options) => {
        if (options.prefix === 'key-00') await slow.promise;
        return pages.page(options);
      },
      changed: () => pages.changed(),
      failed: (error) => pages.failed(error),
    });
    const first = list.filter('key-00');
    await list.filter('key-09999');
    slow.resolve();
    await first;
    expect(list.records.map(({ name }) => name)).toEqual(['key-09999']);
  });

  test('tells of a refusal, and keeps what it had', async () => {
    const pages = new Pages();
    const list = new KeyList(pages);
    await list.reload();
    await list.filter('refused');
    expect([pages.failures.length, list.records.length, list.isLoading]).toEqual([1, 200, false]);
  });
});

test.each([
  ['', {}],
  ['payments/', { prefix: 'payments/' }],
  [' algorithm=ML-DSA-65  state=active ', { algorithm: 'ML-DSA-65', state: 'active' }],
  ['web team=web env=a=b', { prefix: 'web', labels: { team: 'web', env: 'a=b' } }],
  ['team= algorithm=', {}],
])('the filter %j', (text, selection) => {
  expect(keySelection(text)).toEqual(selection);
});
