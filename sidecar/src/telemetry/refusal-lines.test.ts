import { setTimeout as pass } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createOperatorLog } from '../operator-log/operator-log.ts';
import { createRefusalLines } from './refusal-lines.ts';

function toldLines() {
  const lines: { source: string; reason: string; count: number }[] = [];
  const out = (line: string) => lines.push(JSON.parse(line));
  return { lines, refusals: createRefusalLines(createOperatorLog({ format: 'json', level: 'warn', out })) };
}

it('tells of a flood in one line a second for each source and reason', async () => {
  const { lines, refusals } = toldLines();
  for (let at = 0; at < 1000; at += 1) refusals.add('uid:1000', 'unauthenticated');
  refusals.add('websocket:10.0.0.1', 'tls');
  expect(lines).toEqual([]);
  await pass(1_200);
  expect(lines).toMatchObject([
    { event: 'connection.refused', level: 'warn', source: 'uid:1000', reason: 'unauthenticated', count: 1000 },
    { source: 'websocket:10.0.0.1', reason: 'tls', count: 1 },
  ]);
  refusals.add('uid:1000', 'unauthenticated');
  await pass(1_200);
  expect(lines).toHaveLength(3);
});

it('tells apart no more sources than a disk can bear', async () => {
  const { lines, refusals } = toldLines();
  for (let at = 0; at < 500; at += 1) refusals.add(`websocket:10.0.0.${at}`, 'limit');
  await pass(1_200);
  expect(lines).toHaveLength(65);
  expect(lines.at(-1)).toMatchObject({ source: 'others', count: 436 });
});
