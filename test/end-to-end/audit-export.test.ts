import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../../tools/throw-away-sidecar.ts';
import {
  ExporterProcess,
  makeCertificate,
  OtlpCollector,
  otlpIndexes,
  parseSyslog,
  SyslogCollector,
  until,
} from './collectors.ts';
import { LiveSidecar, liveSidecar } from './live-sidecar.ts';

const sidecar = liveSidecar();
let hsm: FerroHsm;
let certificate: ReturnType<typeof makeCertificate>;

beforeAll(async () => {
  hsm = await sidecar.connect();
  writeFileSync(path('log.keys'), hsm.hello.log.keys.join('\n'));
  certificate = makeCertificate(sidecar.folders.root);
  await work(600);
});
afterAll(() => hsm.close());

function path(name: string): string {
  return join(sidecar.folders.root, name);
}

/** Operations of which each leaves a record; the slowest of them and the median, in milliseconds. */
async function work(count: number): Promise<{ readonly p50: number; readonly p99: number; readonly worst: number }> {
  const times: number[] = [];
  for (let done = 0; done < count; done += 1) {
    const start = performance.now();
    await hsm.system.random(8);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(count - 1, Math.floor(count * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), worst: at(1) };
}

/** Records under the checkpoint in a folder. */
function sizeOf(log: string): number {
  return Number(readFileSync(join(log, 'checkpoint'), 'utf8').split('\n')[1]);
}

/** All that was recorded up to now, once it is signed. */
async function signedSize(): Promise<number> {
  const { size } = await hsm.audit.checkpoint();
  await until(() => sizeOf(sidecar.folders.log) >= size, `a checkpoint of ${size}`);
  return sizeOf(sidecar.folders.log);
}

function words(...more: string[]): string[] {
  return ['--log', sidecar.folders.log, '--key-file', path('log.keys'), ...more];
}

function follow(to: string, cursor: string, ...more: string[]): ExporterProcess {
  return new ExporterProcess(words('--follow', '--to', to, '--cursor', path(cursor), ...more));
}

function exported(...more: string[]): string[] {
  const all = ['audit', 'export', '--quiet', ...words(...more)];
  const stdout = execFileSync(process.execPath, [command, ...all], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return stdout.split('\n').slice(0, -1);
}

function cursorOf(name: string): { next: number; size: number } {
  return JSON.parse(readFileSync(path(name), 'utf8')) as { next: number; size: number };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Of what came at least once, each thing once, in order. */
function distinct(indexes: readonly number[]): number[] {
  return [...new Set(indexes)].sort((a, b) => a - b);
}

const syslogIndex = (message: string) => Number(parseSyslog(message).parameters.get('index'));
const lineIndex = (line: string) => (JSON.parse(line) as { index: number }).index;
const lines = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);

describe('each format holds every record', () => {
  test('JSON lines: the record as it is in the tree, and who did it', async () => {
    const size = await signedSize();
    const all = exported().map((line) => JSON.parse(line));
    expect(all.map(({ index }) => index)).toEqual(numbers(all.length));
    expect(all.length).toBeGreaterThanOrEqual(size);
    const random = all.find(({ record }) => record.operation === 'system.random');
    expect(random).toMatchObject({
      record: { phase: 'use', outcome: 'ok' },
      personal: { principal: 'owner' },
      checks: { tree: 'valid', signature: 'valid', personal: 'valid' },
    });
  });

  test('syslog: facility, severity and all fields by the grammar of RFC 5424', async () => {
    await expect(hsm.keys.get('no/such')).rejects.toThrow();
    await signedSize();
    const all = exported('--format', 'rfc5424').map(parseSyslog);
    expect(all.map(({ parameters }) => Number(parameters.get('index')))).toEqual(numbers(all.length));
    expect(new Set(all.map(({ facility }) => facility))).toEqual(new Set([13]));
    const denied = all.find(({ parameters }) => parameters.get('resource') === 'no/such');
    expect(denied).toMatchObject({ severity: 4, name: 'keys.get' });
    expect(denied?.parameters.get('personal.principal')).toBe('owner');
    expect(denied?.text).toMatch(/^record \d+: keys\.get denied \(not_found\) by owner/);
    expect(new Date(denied?.time ?? '').getTime()).toBe(Number(denied?.parameters.get('time')));
  });

  test('OTLP: log records with severity, time and attributes', async () => {
    await signedSize();
    const bodies = exported('--format', 'otlp');
    const indexes = bodies.flatMap(otlpIndexes);
    expect(indexes).toEqual(numbers(indexes.length));
    const [{ resource, scopeLogs }] = JSON.parse(bodies[0] ?? '').resourceLogs;
    expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'ferrohsm' } });
    const [started] = scopeLogs[0].logRecords;
    expect(started).toMatchObject({ severityNumber: 9, severityText: 'INFO', eventName: 'ferrohsm.sidecar.start' });
    expect(started.timeUnixNano).toMatch(/^\d{19}$/);
  });

  test('OCSF: every event has what its class demands', async () => {
    await hsm.keys.create({ name: 'ocsf/key', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
    await signedSize();
    const events = exported('--format', 'ocsf').map((line) => JSON.parse(line));
    for (const event of events) {
      for (const name of demandedByAll) expect(event, name).toHaveProperty(name);
      for (const name of demanded[event.class_uid] ?? ['no such class']) expect(event, name).toHaveProperty(name);
      expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
      expect(event.category_uid).toBe(Math.floor(event.class_uid / 1000));
    }
    expect(events.map(({ metadata }) => metadata.sequence)).toEqual(numbers(events.length));
    const of = (operation: string) => events.find(({ api }) => api.operation === operation);
    expect(of('system.hello')).toMatchObject({ class_uid: 3002, activity_id: 1, user: { uid: 'owner' } });
    expect(of('keys.create')).toMatchObject({ class_uid: 3004, activity_id: 1, entity: { uid: 'ocsf/key' } });
    expect(of('system.random')).toMatchObject({ class_uid: 6003, status_id: 1, severity_id: 1 });
  });
});

/** OCSF 1.3.0: what base_event.json and the classes call required, and one of what `at_least_one` names. */
const demandedByAll = [
  'activity_id',
  'category_uid',
  'class_uid',
  'type_uid',
  'severity_id',
  'time',
  'metadata.version',
  'metadata.product.vendor_name',
  'metadata.product.name',
];
const demanded: Readonly<Record<number, readonly string[]>> = {
  3001: ['user.uid', 'actor.app_name'],
  3002: ['user.uid', 'service.name'],
  3004: ['entity.uid', 'actor.app_name'],
  6003: ['actor.app_name', 'api.operation', 'src_endpoint'],
};

describe('a file', () => {
  test('gets what is recorded meanwhile, opens anew on SIGHUP, and survives kill -9 of the exporter', async () => {
    const [file, rotated] = [path('sink.jsonl'), path('sink.jsonl.1')];
    let exporter = follow(`file:${file}`, 'file.cursor');
    const first = await signedSize();
    await until(() => cursorOfMaybe('file.cursor') >= first, 'the log so far');
    renameSync(file, rotated);
    exporter.signal('SIGHUP');
    for (let round = 0; round < 12; round += 1) {
      await work(60);
      await exporter.end('SIGKILL');
      exporter = follow(`file:${file}`, 'file.cursor');
    }
    const size = await signedSize();
    await until(() => cursorOf('file.cursor').next >= size, 'the rest of the log');
    expect(await exporter.end()).toBe(0);
    const indexes = [...lines(rotated), ...lines(file)].map(lineIndex);
    expect(distinct(indexes)).toEqual(numbers(cursorOf('file.cursor').next));
    console.log(`file sink: ${indexes.length} lines for ${cursorOf('file.cursor').next} records over 12 kills`);
  });

  test('that is full delays nothing and loses nothing', async () => {
    const place = path('full.jsonl');
    symlinkSync('/dev/full', place);
    const exporter = follow(`file:${place}`, 'full.cursor');
    await exporter.says(/cannot write .* \(ENOSPC\); nothing is lost, trying again in/);
    const times = await work(200);
    rmSync(place);
    exporter.signal('SIGHUP');
    const size = await signedSize();
    await until(() => cursorOfMaybe('full.cursor') >= size, 'the log after space returned');
    expect(await exporter.end()).toBe(0);
    expect(exporter.stderr).toContain('the sink takes records again');
    expect(lines(place).map(lineIndex)).toEqual(numbers(cursorOf('full.cursor').next));
    expect(times.worst).toBeLessThan(1000);
    console.log(`full sink: operations p50 ${times.p50.toFixed(2)} ms, p99 ${times.p99.toFixed(2)} ms`);
  });

  test('on a full disk holds whole lines only', async ({ skip }) => {
    const disk = path('disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    if (mounted.status !== 0) skip('cannot mount a small tmpfs here');
    try {
      const exporter = follow(`file:${disk}/sink.jsonl`, 'disk.cursor');
      await exporter.says(/ENOSPC/);
      for (const line of lines(join(disk, 'sink.jsonl'))) JSON.parse(line);
      expect(spawnSync('mount', ['-o', 'remount,size=64m', disk]).status).toBe(0);
      const size = await signedSize();
      await until(() => cursorOfMaybe('disk.cursor') >= size, 'the log after space returned');
      await exporter.end();
      expect(lines(join(disk, 'sink.jsonl')).map(lineIndex)).toEqual(numbers(cursorOf('disk.cursor').next));
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

function cursorOfMaybe(name: string): number {
  try {
    return cursorOf(name).next;
  } catch {
    return -1;
  }
}

describe('syslog over TLS', () => {
  const tls = () => ['--ca', certificate.certificate, '--sink-timeout', '2'];

  test('a receiver that hangs, breaks and dies gets every record in the end, and operations go on meanwhile', async () => {
    const alone = await work(400);
    const hung = new SyslogCollector(certificate);
    hung.manner = 'hangs';
    const port = await hung.listen();
    const to = `syslog+tls://127.0.0.1:${port}`;
    let exporter = follow(to, 'syslog.cursor', ...tls());
    await exporter.says(/did not take the messages: no answer within 2 s; nothing is lost/);
    const meanwhile = await work(400);
    expect(cursorOfMaybe('syslog.cursor')).toBe(-1);
    await exporter.end('SIGKILL');
    await hung.close();

    const breaking = new SyslogCollector(certificate);
    breaking.manner = 'breaks';
    await breaking.listen(port);
    exporter = follow(to, 'syslog.cursor', ...tls());
    await until(() => breaking.connections >= 2, 'a second attempt');
    expect(cursorOfMaybe('syslog.cursor')).toBe(-1);
    breaking.manner = 'reads';
    const size = await signedSize();
    await until(() => cursorOfMaybe('syslog.cursor') >= size, 'the whole log');
    await exporter.end('SIGKILL');
    await work(50);
    exporter = follow(to, 'syslog.cursor', ...tls());
    const more = await signedSize();
    await until(() => cursorOf('syslog.cursor').next >= more, 'what came after the restart');
    expect(await exporter.end()).toBe(0);
    await breaking.close();
    const indexes = breaking.messages.map(syslogIndex);
    expect(distinct(indexes)).toEqual(numbers(cursorOf('syslog.cursor').next));
    console.log(`syslog: ${indexes.length} messages for ${cursorOf('syslog.cursor').next} records`);
    for (const [name, times] of Object.entries({ alone, 'beside a hung sink': meanwhile })) {
      console.log(
        `operations ${name}: p50 ${times.p50.toFixed(2)} ms, p99 ${times.p99.toFixed(2)} ms, worst ${times.worst.toFixed(1)} ms`,
      );
    }
    // An operation that waited for the sink would take until its timeout.
    expect(meanwhile.worst).toBeLessThan(2000);
    expect(meanwhile.p50).toBeLessThan(alone.p50 * 3 + 5);
  });

  test('a receiver whose certificate is not vouched for gets nothing', async () => {
    const collector = new SyslogCollector(certificate);
    const port = await collector.listen();
    const exporter = follow(`syslog+tls://127.0.0.1:${port}`, 'strange.cursor');
    await exporter.says(/DEPTH_ZERO_SELF_SIGNED_CERT/);
    expect(await exporter.end()).toBe(0);
    await collector.close();
    expect(collector.messages).toEqual([]);
    expect(cursorOfMaybe('strange.cursor')).toBe(-1);
  });
});

describe('OTLP over HTTP', () => {
  let collector: OtlpCollector;
  let url: string;
  beforeAll(async () => {
    collector = new OtlpCollector();
    url = await collector.listen();
    writeFileSync(path('otel.token'), 'first\n', { mode: 0o600 });
  });
  afterAll(() => collector.close());

  test('waits as the collector asks, reads the token anew, and delivers everything', async () => {
    collector.answers.push({ status: 429, headers: { 'retry-after': '2' } }, { status: 503 }, undefined);
    const exporter = follow(url, 'otlp.cursor', '--bearer-file', path('otel.token'), '--sink-timeout', '2');
    await exporter.says(/answered 429; nothing is lost, trying again in 2\.0 s/);
    writeFileSync(path('otel.token'), 'second\n');
    await exporter.says(/no answer within 2 s/);
    const times = await work(200);
    const size = await signedSize();
    await until(() => cursorOfMaybe('otlp.cursor') >= size, 'the whole log');
    expect(await exporter.end()).toBe(0);
    expect(distinct(collector.indexes)).toEqual(numbers(cursorOf('otlp.cursor').next));
    const [refused, again] = collector.requests;
    expect((again?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThan(1990);
    expect(refused?.headers.authorization).toBe('Bearer first');
    expect(collector.requests.at(-1)?.headers.authorization).toBe('Bearer second');
    console.log(`beside a hung collector: p50 ${times.p50.toFixed(2)} ms, p99 ${times.p99.toFixed(2)} ms`);
  });

  test.each([
    ['a request that it calls wrong', { status: 400 }, /answered 400/],
    ['records that it rejects', { status: 200, body: rejection }, /rejected 3 records: "too old"/],
  ])('stops at %s, before the cursor moves', async (_, answer, message) => {
    collector.answers.push(answer);
    const exporter = follow(url, 'refused.cursor');
    expect(await exporter.status()).toBe(1);
    expect(exporter.stderr).toMatch(message);
    expect(cursorOfMaybe('refused.cursor')).toBe(-1);
  });
});

const rejection = JSON.stringify({ partialSuccess: { rejectedLogRecords: '3', errorMessage: 'too old' } });

describe('a log that does not continue the exported one stops the export', () => {
  test('cut to what it was', async () => {
    const copy = path('cut');
    cpSync(sidecar.folders.log, copy, { recursive: true });
    await work(5);
    await signedSize();
    exported('--to', `file:${path('cut.jsonl')}`, '--cursor', path('cut.cursor'));
    expect(refusal('--log', copy)).toMatch(/it has \d+ records, \d+ were verified before/);
  });

  test('exchanged for that of another sidecar', async () => {
    const other = new LiveSidecar();
    await other.start();
    await other.stop();
    expect(refusal('--log', other.folders.log)).toMatch(/it is \S+, the cursor is of \S+/);
    await other.discard();
  });

  function refusal(...log: string[]): string {
    const to = ['--to', `file:${path('cut.jsonl')}`, '--cursor', path('cut.cursor')];
    const { status, stderr } = spawnSync(process.execPath, [command, 'audit', 'export', ...log, ...to]);
    expect(status).toBe(1);
    return stderr.toString();
  }
});
