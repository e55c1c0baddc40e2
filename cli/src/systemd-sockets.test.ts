import assert from 'node:assert/strict';
import { test } from 'vitest';
import { takeSystemdSockets } from './systemd-sockets.ts';

const pid = 4711;

test('each descriptor has its name, and the variables are taken out', () => {
  const environment = {
    LISTEN_PID: '4711',
    LISTEN_FDS: '2',
    LISTEN_FDNAMES: 'payments:default',
    LISTEN_PIDFDID: '99',
    HOME: '/',
  };
  assert.deepEqual(takeSystemdSockets(environment, pid), [
    { name: 'payments', descriptor: 3 },
    { name: 'default', descriptor: 4 },
  ]);
  assert.deepEqual(environment, { HOME: '/' });
});

test.each([
  ['nothing', {}],
  ['meant for another process', { LISTEN_PID: '4712', LISTEN_FDS: '1', LISTEN_FDNAMES: 'a' }],
  ['no process', { LISTEN_FDS: '1', LISTEN_FDNAMES: 'a' }],
  ['no number', { LISTEN_PID: '4711', LISTEN_FDS: '1x', LISTEN_FDNAMES: 'a' }],
  ['zero', { LISTEN_PID: '4711', LISTEN_FDS: '0', LISTEN_FDNAMES: '' }],
  ['less than zero', { LISTEN_PID: '4711', LISTEN_FDS: '-1', LISTEN_FDNAMES: 'a' }],
  ['without names', { LISTEN_PID: '4711', LISTEN_FDS: '1' }],
  ['fewer names', { LISTEN_PID: '4711', LISTEN_FDS: '2', LISTEN_FDNAMES: 'a' }],
  ['more names', { LISTEN_PID: '4711', LISTEN_FDS: '1', LISTEN_FDNAMES: 'a:b' }],
  ['an empty name', { LISTEN_PID: '4711', LISTEN_FDS: '2', LISTEN_FDNAMES: 'a:' }],
  ['a name with a space', { LISTEN_PID: '4711', LISTEN_FDS: '1', LISTEN_FDNAMES: 'a b' }],
])('refused: %s', (_, variables: Record<string, string>) => {
  const environment = { ...variables };
  assert.throws(() => takeSystemdSockets(environment, pid), { exitStatus: 78 });
  assert.deepEqual(environment, {});
});
