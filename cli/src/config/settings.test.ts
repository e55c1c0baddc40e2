import { Command } from 'commander';
import { expect, test } from 'vitest';
import { serve } from '../commands/serve.ts';
import { settings } from './settings.ts';

/** Flags that say where the configuration itself is, and those of every command. */
const others = ['--config', '--config-file', '--config-key'];

function flagsOfServe() {
  const command = new Command();
  serve.options?.(command);
  return command.options.map(({ long }) => long).filter((flag) => !others.includes(flag ?? ''));
}

test('the schema of the configuration knows every option of "ferrohsm serve", and no other', () => {
  expect(settings.map(({ flag }) => flag).toSorted()).toEqual(flagsOfServe().toSorted());
});

test('names are told from one another', () => {
  for (const name of ['key', 'flag', 'option', 'environment'] as const) {
    expect(new Set(settings.map((setting) => setting[name])).size).toBe(settings.length);
  }
});

test('a setting has the same name in all places', () => {
  const byKey = new Map(settings.map((setting) => [setting.key, setting]));
  expect(byKey.get('network.tls.clientCa')).toMatchObject({
    flag: '--tls-client-ca',
    option: 'tlsClientCa',
    environment: 'FERROHSM_NETWORK_TLS_CLIENT_CA',
    kind: 'text',
    whole: undefined,
  });
  expect(byKey.get('sessions.idleSeconds')).toMatchObject({ kind: 'number', default: 0, isReloaded: true });
  expect(byKey.get('rootKey.arguments')).toMatchObject({ kind: 'list', whole: 'rootKey', isReloaded: false });
  expect(byKey.get('sockets')).toMatchObject({ kind: 'sockets', flag: '--socket' });
  expect(byKey.get('metrics.socket')).toMatchObject({ kind: 'socket', flag: '--metrics-socket' });
});

test('each says what it is for', () => {
  for (const { description, example } of settings) {
    expect(description).toMatch(/\.$/);
    expect(example).toBeDefined();
  }
});
