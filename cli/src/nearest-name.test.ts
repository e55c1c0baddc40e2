import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

const names = ['state', 'sockets', 'sessions', 'sessionKeyAudit', 'drainSeconds'];

test.each([
  ['sesions', 'sessions'],
  ['sessoins', 'sessions'],
  ['sokets', 'sockets'],
  ['State', 'state'],
  ['drain_seconds', 'drainSeconds'],
  ['sessionkeyaudit', 'sessionKeyAudit'],
])('%s means %s', (given, meant) => {
  expect(nearestName(given, names)).toBe(meant);
});

test.each(['', 'x', 'passphrase', 'st'.repeat(40)])('nothing is near "%s"', (given) => {
  expect(nearestName(given, names)).toBeUndefined();
});
