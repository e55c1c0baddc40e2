import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from '@ferrohsm/sdk/node';
import { describe, expect, test } from 'vitest';
import type { LogEntry } from '../log-reading/log-entry.ts';
import { exportFormats, type FormatName } from './export-format.ts';

const log = { origin: 'hsm.example/ferrohsm/0a', isSigned: true };

function entryOf(record: Partial<AuditRecord>, personal?: LogEntry['personal']): LogEntry {
  const whole: AuditRecord = {
    v: 1,
    time: 1_800_000_000_123,
    phase: 'use',
    operation: 'a.b',
    outcome: 'ok',
    ...record,
  };
  return { index: 3, record: whole, opening: personal === undefined ? 'none' : 'valid', ...(personal && { personal }) };
}

function messageOf(format: FormatName, entry: LogEntry): string {
  return exportFormats[format]([entry], log)[0] ?? '';
}

describe('syslog', () => {
  test.each([
    ['ok', { outcome: 'ok' }, 13 * 8 + 6],
    ['denied', { outcome: 'denied' }, 13 * 8 + 4],
    ['failed', { outcome: 'failed' }, 13 * 8 + 3],
    ['an emergency', { operation: 'breakGlass.open', outcome: 'ok' }, 13 * 8 + 1],
  ] as const)('%s has its priority', (_, record, priority) => {
    expect(messageOf('rfc5424', entryOf(record))).toMatch(
      `<${priority}>1 2027-01-15T08:00:00.123Z hsm.example ferrohsm - `,
    );
  });

  test('values are escaped by RFC 5424 section 6.3.3, and no line can be forged', () => {
    const message = messageOf('rfc5424', entryOf({ keyName: 'a"b\\c]d\n<1>1 forged' }));
    expect(message).toContain(String.raw`keyName="a\"b\\c\]d <1>1 forged"`);
    expect(message).not.toContain('\n');
  });

  test('text beyond ASCII starts with a byte order mark, plain text does not', () => {
    expect(messageOf('rfc5424', entryOf({}, { principal: 'zoë' }))).toMatch(/] \ufeffrecord 3: a\.b ok by zoë$/);
    expect(messageOf('rfc5424', entryOf({}, { principal: 'zoe' }))).toMatch(/] record 3: a\.b ok by zoe$/);
  });

  test('names that are too long or not printable are made to fit', () => {
    const details = { 'a name] that="is much too long for RFC 5424': true };
    const [, , , , , name] = messageOf('rfc5424', entryOf({ operation: 'x'.repeat(40), details })).split(' ');
    expect(name).toBe('x'.repeat(32));
    expect(messageOf('rfc5424', entryOf({ details }))).toContain(' details.a_name__that__is_much_to="true"');
  });
});

test('OTLP has each kind of value in its own member', () => {
  const record = { policies: ['p1', 'p2'], epoch: 4, details: { flag: true } };
  const { attributes, ...fields } = JSON.parse(
    messageOf('otlp', entryOf({ ...record, outcome: 'failed', error: 'internal' })),
  ).resourceLogs[0].scopeLogs[0].logRecords[0];
  expect(fields).toMatchObject({ timeUnixNano: '1800000000123000000', severityNumber: 17, severityText: 'ERROR' });
  const values = Object.fromEntries(attributes.map(({ key, value }: { key: string; value: object }) => [key, value]));
  expect(values).toMatchObject({
    'ferrohsm.index': { intValue: '3' },
    'ferrohsm.epoch': { intValue: '4' },
    'ferrohsm.policies': { arrayValue: { values: [{ stringValue: 'p1' }, { stringValue: 'p2' }] } },
    'ferrohsm.details.flag': { boolValue: true },
    'error.type': { stringValue: 'internal' },
  });
});

describe('OCSF', () => {
  const methods = readdirSync(join(import.meta.dirname, '../../../schemas/methods')).map((name) => name.slice(0, -5));
  const activities: Readonly<Record<number, number>> = { 3001: 11, 3002: 6, 3004: 4, 6003: 4 };

  test.each(methods)('%s has a class and an activity that OCSF 1.3 knows', (operation) => {
    const event = JSON.parse(messageOf('ocsf', entryOf({ operation })));
    const most = activities[event.class_uid] ?? 0;
    expect(event.activity_id === 99 || (event.activity_id >= 1 && event.activity_id <= most)).toBe(true);
    expect(event.activity_id === 99).toBe('activity_name' in event);
  });

  test('a change of an account names whose it is, as far as that can be read', () => {
    const record = { operation: 'principals.set' };
    const known = entryOf(record, { principal: 'alice', details: { 'principal.id': 'bob' } });
    expect(JSON.parse(messageOf('ocsf', known))).toMatchObject({
      user: { uid: 'bob' },
      actor: { user: { uid: 'alice' } },
    });
    expect(JSON.parse(messageOf('ocsf', entryOf(record)))).toMatchObject({ user: { uid: 'unknown' } });
  });
});

test('no format puts a line end into a message', () => {
  const entry = entryOf({ keyName: 'a\nb', details: { 'x\ny': 'c\r\nd' } }, { principal: 'e\nf' });
  for (const format of Object.keys(exportFormats) as FormatName[]) {
    expect(messageOf(format, entry), format).not.toMatch(/[\r\n]/);
  }
});
