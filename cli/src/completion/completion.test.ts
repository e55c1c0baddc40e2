import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { bashCompletion } from './bash.ts';
import { commandTree } from './command-tree.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';

const tree = commandTree(createProgram());
const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-completion-'));
writeFileSync(join(folder, 'invoice.pdf'), '');
afterAll(() => rmSync(folder, { recursive: true }));

interface Shell {
  readonly name: string;
  readonly isThere: boolean;
  /** What the shell offers behind these words, the last one unfinished. */
  offers(words: readonly string[]): string[];
}

function run(program: string, words: readonly string[], input = ''): string {
  const environment = { PATH: process.env.PATH, HOME: folder, TERM: 'dumb' };
  return execFileSync(program, words, { cwd: folder, env: environment, input, encoding: 'utf8', stdio: 'pipe' });
}

function isThere(program: string): boolean {
  try {
    run(program, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
}

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const bash: Shell = {
  name: 'bash',
  isThere: isThere('bash'),
  offers(words) {
    const path = script('complete.bash', bashCompletion(tree));
    const quoted = ['ferrohsm', ...words].map((word) => `'${word}'`).join(' ');
    const lines = `source '${path}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _ferrohsm; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', lines]).split('\n').filter(Boolean);
  },
};

/** zsh completes in its line editor alone: the two functions that take what is offered are replaced by ones that print it. */
const zsh: Shell = {
  name: 'zsh',
  isThere: isThere('zsh'),
  offers(words) {
    const path = script('complete.zsh', zshCompletion(tree));
    const quoted = ['ferrohsm', ...words].map((word) => `'${word}'`).join(' ');
    const lines = `
      compdef() { }
      _describe() { print -l -- "\${(@)reply%%:*}" }
      compadd() { print -l -- "\${(@)reply}" }
      _files() { print -l -- * }
      source '${path}'
      words=(${quoted}); CURRENT=${words.length + 1}; _ferrohsm`;
    const offered = run('zsh', ['-f', '-c', lines]).split('\n').filter(Boolean);
    return offered.filter((word) => word.startsWith(words.at(-1) ?? ''));
  },
};

const fish: Shell = {
  name: 'fish',
  isThere: isThere('fish'),
  offers(words) {
    const path = script('complete.fish', fishCompletion(tree));
    const line = ['ferrohsm', ...words].join(' ');
    const offered = run('fish', ['--no-config', '-c', `source '${path}'; complete -C '${line}'`]);
    return offered
      .split('\n')
      .filter(Boolean)
      .map((each) => each.split('\t')[0] as string);
  },
};

describe.each([bash, zsh, fish])('$name', (shell) => {
  if (!shell.isThere) console.warn(`the completion was NOT tried in ${shell.name}: it is not installed`);
  const inShell = test.skipIf(!shell.isThere);

  inShell('completes nouns, verbs and options', () => {
    expect(shell.offers(['key', 'cre'])).toEqual(['create']);
    expect(shell.offers(['root'])).toEqual(['root-key']);
    expect(shell.offers(['key', 'export', '--wrap'])).toContain('--wrap-with');
    expect(shell.offers(['nothing', 'known', 'st'])).toContain('status');
  });

  inShell('completes behind options of the program and their values', () => {
    expect(shell.offers(['--json', '--socket', 'key', 'audit', 'verify-pr'])).toEqual(['verify-proof']);
  });

  inShell('offers the choices of an option, and files where files belong', () => {
    expect(shell.offers(['sign', '--encoding', 'he'])).toEqual(['hex']);
    expect(shell.offers(['key', 'create', '--algorithm', 'ML-DSA-6'])).toEqual(['ML-DSA-65']);
    expect(shell.offers(['key', 'create', '--algorithm', 'AES-G'])).toEqual(['AES-GCM']);
    expect(shell.offers(['init', '--algorithm', 'Ed'])).toEqual(['EdDSA']);
    expect(shell.offers(['sign', '--out', 'inv'])).toEqual(['invoice.pdf']);
    expect(shell.offers(['sign', 'inv'])).toEqual(['invoice.pdf']);
    expect(shell.offers(['key', 'show', 'inv'])).toEqual([]);
  });
});

test('every command and each of its options is in every script', () => {
  const scripts = [bashCompletion(tree), zshCompletion(tree), fishCompletion(tree)];
  expect(tree.length).toBeGreaterThan(100);
  for (const { path, options } of tree) {
    const words = [`'${path}'`, ...options.map(({ name }) => name.slice(2))];
    for (const text of scripts) expect(words.filter((word) => !text.includes(word))).toEqual([]);
  }
});
