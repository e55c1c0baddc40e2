import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { settings } from '../../cli/src/config/settings.ts';
import { servedSocket } from '../../cli/src/pkcs11/served-socket.ts';
import { createProgram } from '../../cli/src/program.ts';

const folder = join(import.meta.dirname, '../../packaging/systemd');
const mostExposure = 1.5;

/** The settings of a unit, those that it has as comments too. */
function settingsOf(file: string): [string, string][] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, name, value] = /^#?([A-Z][A-Za-z]+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

const hasAnalysis = spawnSync('systemd-analyze', ['--version']).status === 0;

const services = ['ferrohsm.service', 'ferrohsm-pkcs11.service'];

test.for(services)(`systemd finds %s exposed by less than ${mostExposure}`, (service, context) => {
  if (!hasAnalysis) return context.skip('no systemd-analyze on this machine: the exposure is not measured');
  const words = ['security', '--offline=true', `--threshold=${mostExposure * 10}`, join(folder, service)];
  const { status, stdout } = spawnSync('systemd-analyze', words, { encoding: 'utf8' });
  const exposure = Number(/Overall exposure level for [a-z0-9-]+.service: ([\d.]+)/.exec(stdout)?.[1]);
  expect(exposure).toBeGreaterThan(0);
  expect(exposure).toBeLessThan(mostExposure);
  expect(status).toBe(0);
});

test('the service is started with words and variables that ferrohsm knows', () => {
  const all = settingsOf('ferrohsm.service');
  const [, start = ''] = all.find(([name]) => name === 'ExecStart') ?? [];
  const words = start.slice(start.indexOf(' serve ') + 1).split(' ');
  const serve = createProgram().commands.find((command) => command.name() === words[0]);
  for (const flag of words.slice(1)) expect(serve?.options.map(({ long }) => long)).toContain(flag);
  const known = [...settings.map(({ environment }) => environment), 'FERROHSM_CONFIG', 'FERROHSM_CONFIG_KEY'];
  const variables = all.filter(([name]) => name === 'Environment').map(([, value]) => value.split('=')[0]);
  expect(variables.length).toBeGreaterThan(1);
  for (const variable of variables) expect(known).toContain(variable);
});

test('the service of PKCS#11 is started with words that ferrohsm knows', () => {
  const [, start = ''] = settingsOf('ferrohsm-pkcs11.service').find(([name]) => name === 'ExecStart') ?? [];
  const [noun, verb, ...words] = start.slice(start.indexOf(' pkcs11 ') + 1).split(' ');
  const group = createProgram().commands.find((command) => command.name() === noun);
  const serve = group?.commands.find((command) => command.name() === verb);
  const flags = words.filter((word) => word.startsWith('--'));
  expect(flags).toEqual(['--link', '--socket']);
  for (const flag of flags) expect(serve?.options.map(({ long }) => long)).toContain(flag);
  const place = words[words.indexOf('--socket') + 1] ?? '';
  expect(() => servedSocket(place.replace('group=payments', 'group=1'), [])).not.toThrow();
});

test('the service may stop for longer than the sidecar lets itself', () => {
  const [, limit] = settingsOf('ferrohsm.service').find(([name]) => name === 'TimeoutStopSec') ?? [];
  const drain = settings.find(({ key }) => key === 'drainSeconds')?.default as number;
  expect(Number(limit)).toBeGreaterThan(drain + 15);
});

test.each(globSync(join(folder, '*.socket')).map((path) => basename(path)))('%s hands over a named socket', (file) => {
  const unit = Object.fromEntries(settingsOf(file));
  expect(unit.FileDescriptorName).toMatch(/^[a-z0-9][a-z0-9._-]{0,62}$/);
  expect(unit.SocketMode).toMatch(/^06[06]0$/);
  expect(unit.ListenStream).toMatch(/^\/run\/ferrohsm\/[a-z]+\.sock$/);
});
