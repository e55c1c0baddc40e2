import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answered } from './answered.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/key-ceremony.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

/** Twenty commands, each in a process of its own, beside other tests. */
const timeoutMs = 120_000;

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ferrohsm-ceremony-'));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  symlinkSync(join(root, 'cli/bin/ferrohsm.cjs'), join(bin, 'ferrohsm'));
  symlinkSync(process.execPath, join(bin, 'node'));
});
afterEach(() => rmSync(home, { recursive: true }));

function shell(script: string): string {
  writeFileSync(join(home, 'script'), answered(script));
  return execFileSync('bash', ['--norc', '-euo', 'pipefail', 'script'], {
    cwd: home,
    encoding: 'utf8',
    timeout: timeoutMs - 10_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${join(home, 'bin')}:${process.env.PATH}`, HOME: home, FERROHSM_SOCKET: join(home, 'hsm.sock') },
  });
}

/** A snippet as it is on the page, with what a person would do at the terminal. */
function adapted(text: string, from: string, to: string): string {
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  return changed;
}

const [
  init = '',
  serve = '',
  unseal = '',
  seal = '',
  reshare = '',
  renew = '',
  rotate = '',
  passphrase = '',
  split = '',
] = blocks.map(({ text }) => text);

const giving = (folder: string, numbers: readonly number[]) =>
  numbers.map((number) => `ferrohsm unseal --share-file ${folder}/share-${number}.txt`).join('\n');

/** The snippet that serves, with a state folder of its own, and the wait until it listens. */
function serving(snippet = serve): string {
  const waiting = 'until grep -q listening out; do kill -0 $pid; sleep 0.05; done';
  return adapted(
    snippet,
    ' &\n',
    ` --state state > out 2> err & pid=$!\ntrap 'kill $pid; wait $pid' EXIT\n${waiting}\n`,
  );
}

test('every block of docs/key-ceremony.md is one that is tried here', () => {
  expect(blocks.map(({ language }) => language)).toEqual(Array.from({ length: 9 }, () => 'sh'));
});

test('its commands lead from the shares to other custodians', { timeout: timeoutMs }, () => {
  const present = [1, 2, 3].map((number) => `--share-file shares/share-${number}.txt`).join(' ');
  const script = [
    adapted(init, '3/5', '3/5 --shares-folder shares --yes'),
    serving(),
    adapted(unseal, 'ferrohsm unseal\n', giving('shares', [1, 3, 5])),
    'ferrohsm key create kept --algorithm Ed25519',
    seal,
    giving('shares', [2, 4, 1]),
    adapted(reshare, '3/5', `3/5 ${present} --shares-folder others`),
    seal,
    giving('others', [5, 4, 3]),
    'ferrohsm key show kept',
  ];
  const output = shell(script.join('\n'));
  expect(output).toMatch(/^state +sealed$/m);
  expect(output.match(/^unsealed: 3 of 3 shares$/gm)).toHaveLength(3);
  expect(output).toMatch(/^name +kept$/m);
});

test('its commands turn a key file into shares', { timeout: timeoutMs }, () => {
  const script = [
    serving(adapted(serve, ' --root-key-shares', '')),
    'ferrohsm key create kept --algorithm Ed25519',
    'kill $pid; wait $pid; rm out',
    adapted(split, '3/5', '3/5 --shares-folder shares'),
    serving(),
    giving('shares', [1, 2, 3]),
    'ferrohsm key show kept',
  ];
  const output = shell(script.join('\n'));
  expect(output).toMatch(/^unsealed: 3 of 3 shares$/m);
  expect(output).toMatch(/^name +kept$/m);
});

const people = `--custodian alice:${process.getuid?.()} --custodian bob --custodian carol`;

/** A snippet that waits for another person, and Bob, who is one. */
function consented(snippet: string): string {
  return [
    `{ ${snippet.trimEnd()} 2>> held; } & waiting=$!`,
    "request() { grep -o 'apr_[A-Za-z0-9_-]*' held | sort -u; }",
    'until [ -n "$(request)" ]; do kill -0 $waiting; sleep 0.05; done',
    "ferrohsm approval approve $(request) --key custodians/bob.key --yes --url $(grep -o 'ws://[^ ]*' out) --token-file custodians/bob.token",
    'wait $waiting',
  ].join('\n');
}

/** Over the Unix socket Bob's token does not stand in for a uid. */
const reachable = (snippet: string) => adapted(snippet, ' &\n', ' --websocket 127.0.0.1:0 &\n');

test('its commands put the keystore under a new root key in shares', { timeout: timeoutMs }, () => {
  const script = [
    adapted(init, '3/5', `3/5 --shares-folder shares ${people} --yes`),
    serving(reachable(serve)),
    giving('shares', [1, 2, 3]),
    'ferrohsm key create kept --algorithm Ed25519',
    adapted(renew, '3/5', '3/5 --shares-folder others'),
    giving('others', [1, 2, 3]),
    consented(rotate),
    seal,
    '! ferrohsm unseal --share-file shares/share-1.txt',
    giving('others', [5, 4, 3]),
    'ferrohsm key show kept; cat held',
  ];
  const output = shell(script.join('\n'));
  expect(output).toMatch(/^3 of 3 shares of the next root key$/m);
  expect(output).toMatch(/^unsealed: 3 of 3 shares$/m);
  expect(output).toMatch(/^name +kept$/m);
  expect(output).toMatch(/open the sidecar: copy shares.json/);
});

test('its commands replace a passphrase', { timeout: timeoutMs }, () => {
  const script = [
    `ferrohsm init --config hsm ${people} --yes`,
    '(umask 077; echo correct horse battery staple > hsm/passphrase; cp hsm/passphrase before)',
    serving(reachable(adapted(serve, '--root-key-shares', '--passphrase-file hsm/passphrase'))),
    'ferrohsm key create kept --algorithm Ed25519',
    consented(adapted(passphrase, 'cat >', 'echo purple monkey dishwasher >')),
    '! cmp -s hsm/passphrase before',
    seal,
    'ferrohsm unseal',
    'ferrohsm key show kept; cat hsm/passphrase held',
  ];
  const output = shell(script.join('\n'));
  expect(output).toMatch(/^unsealed$/m);
  expect(output).toMatch(/^name +kept$/m);
  expect(output).toMatch(/^purple monkey dishwasher$/m);
  expect(output).toMatch(/the new passphrase and its parameters are in force/);
});
