import { describe, expect, it } from 'vitest';
import { createOperatorLog, type LogFormat, type LogLevel, logLevels, silentLog } from './operator-log.ts';

function told(format: LogFormat, level: LogLevel) {
  const lines: string[] = [];
  return { lines, log: createOperatorLog({ format, level, out: (line) => lines.push(line), now: () => 1_000 }) };
}

it.each(logLevels)('tells up to the level %s', (level) => {
  const { log, lines } = told('json', level);
  for (const asked of logLevels) log.write(asked, 'event');
  const levels = lines.map((line) => (JSON.parse(line) as { level: string }).level);
  expect(levels).toEqual(logLevels.slice(0, logLevels.indexOf(level) + 1));
  expect(logLevels.filter((asked) => log.writes(asked))).toEqual(levels);
});

describe('a line of JSON', () => {
  it('has time, level and event before what else there is', () => {
    const { log, lines } = told('json', 'info');
    log.write('info', 'stop', { signal: 'SIGTERM', none: undefined });
    expect(lines).toEqual(['{"time":"1970-01-01T00:00:01.000Z","level":"info","event":"stop","signal":"SIGTERM"}\n']);
  });
});

describe('a line of text', () => {
  it.each([
    ['warn', 'notice', { message: 'read this' }, 'ferrohsm: warning: read this'],
    ['error', 'tls', { message: 'no file' }, 'ferrohsm: error: tls: no file'],
    ['info', 'start', { pid: 7, sealed: false }, 'ferrohsm: start pid=7 sealed=false'],
    ['info', 'start', { addresses: 'a b' }, 'ferrohsm: start addresses="a b"'],
  ] as const)('%s %s', (level, event, fields, expected) => {
    const { log, lines } = told('text', 'info');
    log.write(level, event, fields);
    expect(lines).toEqual([`${expected}\n`]);
  });
});

describe.each(['json', 'text'] as const)('as %s', (format) => {
  it('stays one line whatever the values hold', () => {
    const { log, lines } = told(format, 'info');
    const forged = 'a\nferrohsm: error: forged\r\u2028\u0000\u001b[31m';
    log.write('info', 'request', { message: forged, source: forged });
    expect(lines).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lines[0]).toMatch(/^[^\u0000-\u001f]+\n$/);
  });
});

it('is silent for who wants to hear nothing', () => {
  expect(logLevels.some((level) => silentLog.writes(level))).toBe(false);
});
