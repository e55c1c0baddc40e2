import type { AuditListParams, AuditListResult, AuditRecord } from '@ferrohsm/sdk/node';
import { describe, expect, test } from 'vitest';
import { RecordFeed } from './record-feed.ts';
import { recordSelection } from './record-words.ts';

/** A log in which each question leaves a record, as it does where the policy does not say otherwise. */
class Log {
  readonly records: AuditListResult['records'] = [];
  minimumIndex = 0;

  add(operation: string, outcome: AuditRecord['outcome'] = 'ok'): void {
    const record: AuditRecord = { v: 1, time: 0, phase: 'use', operation, outcome };
    this.records.push({ index: this.records.length, record, personal: { principal: 'alice' } });
  }

  list = async ({ start = 0, limit = 100 }: AuditListParams): Promise<AuditListResult> => {
    const records = this.records.slice(Math.max(start, this.minimumIndex), start + limit);
    const result = { records, size: this.records.length, minimumIndex: this.minimumIndex };
    this.add('audit.list');
    return result;
  };
}

function feedOf(log: Log): RecordFeed {
  return new RecordFeed(
    log.list,
    () => undefined,
    ({ record }) => record.operation === 'audit.list',
  );
}

test('a filter that nothing passes does not read the log without end', async () => {
  const log = new Log();
  for (let count = 0; count < 30_000; count++) log.add('keys.get');
  const feed = feedOf(log);
  await feed.update();
  feed.filter('nothing.like.it');
  await feed.update();
  const { known } = feed;
  expect(known).toBeGreaterThan(5_000);
  expect(known).toBeLessThan(15_000);
  feed.press('down');
  await feed.update();
  expect(feed.known).toBeGreaterThan(known + 5_000);
});

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a feed of records', () => {
  test('has the newest first, and takes in what is added, without end though each look adds one', async () => {
    const log = new Log();
    for (let count = 0; count < 700; count++) log.add('keys.get');
    const feed = feedOf(log);
    await feed.update();
    expect(feed.records[0]?.index).toBe(699);
    log.add('keys.create');
    await feed.update();
    expect(feed.records[0]?.record.operation).toBe('keys.create');
    feed.showsOwn = true;
    expect(feed.records.filter(({ record }) => record.operation === 'audit.list').length).toBeGreaterThan(0);
  });

  test('fetches older ones as somebody comes near, down to those that were pruned', async () => {
    const log = new Log();
    for (let count = 0; count < 2000; count++) log.add('keys.get');
    log.minimumIndex = 256;
    const feed = feedOf(log);
    await feed.update();
    expect(feed.known).toBe(500);
    while (feed.hasOlder) {
      feed.press('end');
      await settled();
    }
    expect(feed.records.at(-1)?.index).toBe(256);
  });

  test('keeps the chosen record where records are added before it', async () => {
    const log = new Log();
    for (let count = 0; count < 20; count++) log.add('keys.get');
    const feed = feedOf(log);
    await feed.update();
    feed.press('down');
    const chosen = feed.selected;
    log.add('keys.create');
    await feed.update();
    expect(feed.selected?.index).toBe(chosen?.index);
  });

  test('looks through all of the log for what a filter wants', async () => {
    const log = new Log();
    log.add('keys.destroy', 'denied');
    for (let count = 0; count < 1500; count++) log.add('keys.get');
    const feed = feedOf(log);
    await feed.update();
    feed.filter('destroy outcome=denied principal=alice');
    await feed.update();
    expect(feed.records.map(({ index }) => index)).toEqual([0]);
  });
});

test.each([
  ['', {}],
  ['keys.', { operation: ['*keys.*'] }],
  ['sign outcome=denied outcome=failed', { operation: ['*sign*'], outcome: ['denied', 'failed'] }],
  ['resource=a/b error=not_found phase=use', { resource: ['a/b'], error: ['not_found'], phase: ['use'] }],
])('the filter %j', (text, filter) => {
  expect(recordSelection(text)).toEqual(filter);
});
