import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ferrohsm, run } from './processes.ts';
import { parseScript } from './script.ts';
import { World } from './world.ts';

const longName = `${'payments/'.repeat(7)}signing-${'x'.repeat(40)}`;
const world = new World();
let approval = '';

async function play(script: string): Promise<void> {
  for (const line of parseScript(script)) await world.play(line);
}

/** What a terminal of so many columns shows of a command; lines of their own, without colours and what was erased. */
function shown(command: string, columns: number, environment: NodeJS.ProcessEnv = {}): string {
  const line = `stty cols ${columns}; ${process.execPath} ${ferrohsm} ${command}`;
  const place = { ...world.place, environment: { ...world.place.environment, TERM: 'xterm', ...environment } };
  return run('script', ['--quiet', '--command', line, '/dev/null'], place).stdout.toString();
}

beforeAll(async () => {
  await play('serve');
  const keys = [
    `key create ${longName} --algorithm MLDSA87-ECDSA-brainpoolP384r1-SHA512 --label team=${'x'.repeat(60)}`,
  ];
  const profile = `profile set ${'far-away-'.repeat(6)} --socket ${'folder/'.repeat(12)}hsm.sock`;
  await world.play({ number: 0, negated: false, verb: 'write', words: ['keys.batch', [...keys, profile].join('\n')] });
  await play('ferrohsm batch keys.batch');
  await play(`! ferrohsm key export ${longName} --format pkcs8 --out key.p8`);
  await play("set APPROVAL '(apr_[A-Za-z0-9_-]+)'");
  approval = world.variables.get('APPROVAL') ?? '';
}, 120_000);
afterAll(() => world.end());

const listings = [
  'key list',
  `key usage ${longName}`,
  'approval list',
  'audit list',
  'audit grep --log state/log',
  'session list',
  'principal list',
  'policy history',
  'profile list',
  'inventory --callers',
  'call',
];

test('every listing fits a terminal of 80 columns, and says where something is cut off', async () => {
  await world.play({ number: 0, negated: false, verb: 'write', words: ['listings.batch', listings.join('\n')] });
  const text = stripVTControlCharacters(shown('batch listings.batch', 80));
  const lines = text.split(/\r?\n/);
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter((line) => line.length > 80 && !line.startsWith('ferrohsm: '))).toEqual([]);
  for (const heading of ['NAME', 'VERSION', 'ID', 'INDEX', 'METHOD', 'ALGORITHM'])
    expect(text).toContain(`\n${heading} `);
  expect(text).toContain('…');
  expect(text).not.toContain(longName);
}, 120_000);

test('nothing is cut off on a wide terminal, in a pipe or as JSON', async () => {
  expect(shown('key list', 300)).toContain(longName);
  for (const words of ['key list', 'key list --json']) {
    await play(`ferrohsm ${words}`);
    expect(world.last?.stdout.toString()).toContain(longName);
    expect(world.last?.stdout.toString()).not.toContain('…');
  }
}, 120_000);

test('colours are only for a terminal that wants them', () => {
  const red = '\u001b[31m';
  expect(shown('key show nothing', 80)).toContain(red);
  expect(shown('key show nothing', 80, { NO_COLOR: '1' })).not.toContain('\u001b');
}, 120_000);

test('what takes longer than a second says so until it is done, and leaves nothing of it on the screen', () => {
  const erased = '\r\u001b[K';
  const text = shown(`approval wait ${approval} --timeout 3`, 80);
  expect(text).toContain(`${erased}ferrohsm: waiting for the sidecar: 1 s${erased}`);
  const end = text.slice(text.lastIndexOf(erased) + erased.length);
  expect(stripVTControlCharacters(end)).toMatch(/^ferrohsm: error: nobody decided/);
  expect(shown(`approval show ${approval}`, 80)).not.toContain('waiting');
}, 120_000);
