import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/key-ceremony.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

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
  writeFileSync(join(home, 'script'), script);
  return execFileSync('bash', ['--norc', '-euo', 'pipefail', 'script'], {
    cwd: home,
    encoding: 'utf8',
    timeout: 50_000,
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

const [init = '', serve = '', unseal = '', seal = '', reshare = '', split = ''] = blocks.map(({ text }) => text);

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
  expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh', 'sh', 'sh', 'sh', 'sh']);
});

test('its commands lead from the shares to other custodians', () => {
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

test('its commands turn a key file into shares', () => {
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
