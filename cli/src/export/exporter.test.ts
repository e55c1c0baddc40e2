import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestLog } from '../log-reading/test-log.ts';
import { type Cursor, writeCursor } from './cursor.ts';
import { exportFormats } from './export-format.ts';
import { Exporter } from './exporter.ts';
import { FileSink } from './file-sink.ts';

let folder: string;
let log: TestLog;
let keys: readonly string[];
let warnings: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-export-'));
  log = await TestLog.of(300);
  keys = log.keys;
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process of its own each time: only the cursor knows what was before. */
function exporter(): Exporter {
  return new Exporter({
    source: log,
    trust: { keys },
    isWanted: () => true,
    format: exportFormats.jsonl,
    sink: new FileSink(join(folder, 'sink')),
    cursorPath: join(folder, 'cursor'),
    start: 0,
    signal: new AbortController().signal,
    warn: (text) => void warnings.push(text),
  });
}

function delivered(): number[] {
  const lines = readFileSync(join(folder, 'sink'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { index: number }).index);
}

function cursor(): Cursor {
  return JSON.parse(readFileSync(join(folder, 'cursor'), 'utf8')) as Cursor;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** More records under a new checkpoint. */
async function grow(count: number): Promise<void> {
  log.fill(count);
  await log.publish();
}

describe('over a rotation of the keys', () => {
  test('the export goes on, in one process and in the next', async () => {
    const following = exporter();
    await following.catchUp();
    await log.rotateKeys();
    await grow(10);
    await following.catchUp();
    await log.rotateKeys();
    await grow(10);
    await exporter().catchUp();
    expect(delivered()).toEqual(range(0, 322));
    expect(cursor().successions).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  test('the cursor still knows it after its record was pruned', async () => {
    await log.rotateKeys();
    await grow(400);
    await exporter().catchUp();
    await grow(100);
    await log.prune(512);
    await exporter().catchUp();
    expect(delivered()).toEqual(range(0, 801));
  });

  test('keys that nobody vouches for stop it', async () => {
    await exporter().catchUp();
    log = await TestLog.of(310);
    await expect(exporter().catchUp()).rejects.toThrow('does not verify');
    expect(delivered()).toEqual(range(0, 300));
  });
});

describe('over a pruning', () => {
  test('what was delivered before is no gap', async () => {
    await exporter().catchUp();
    await grow(10);
    await log.prune(256);
    await exporter().catchUp();
    expect(delivered()).toEqual(range(0, 310));
    expect(warnings).toEqual([]);
  });

  test('what was not is said, and the rest is delivered', async () => {
    await exporter().catchUp();
    await grow(700);
    await log.prune(768);
    await exporter().catchUp();
    expect(delivered()).toEqual([...range(0, 300), ...range(768, 1000)]);
    expect(warnings).toEqual(['records 300 to 767 were pruned before they were delivered']);
  });

  test('an export that begins late says it, too', async () => {
    await log.prune(256);
    await exporter().catchUp();
    expect(delivered()).toEqual(range(256, 300));
    expect(warnings).toEqual(['records 0 to 255 were pruned before they were delivered']);
  });

  test('another log is found out by the bundles that both still cover', async () => {
    await exporter().catchUp();
    const { bundlesRoot, ...rest } = cursor();
    expect(bundlesRoot).toBe(Buffer.from(log.root(256)).toString('hex'));
    await grow(700);
    await log.prune(768);
    writeCursor(join(folder, 'cursor'), { ...rest, bundlesRoot: rest.root });
    await expect(exporter().catchUp()).rejects.toThrow('its first 256 records are others than before');
  });
});
