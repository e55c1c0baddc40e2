import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The first block of a language below a heading. */
function blockBelow(heading: string, language: string): string {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const block = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(section)?.[1];
  if (block === undefined) throw new Error(`README.md: no ${language} below ${heading}`);
  return block;
}

test('the code of README.md is the example sign.ts, but for the line that prints', () => {
  const example = readFileSync(join(root, 'examples/sign.ts'), 'utf8');
  expect(blockBelow('In an application', 'ts')).toBe(example.replace(/^console\.log\(.*\);\n$/m, ''));
});

describe('the commands of README.md', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ferrohsm-readme-'));
    const bin = join(home, 'bin');
    mkdirSync(bin);
    symlinkSync(join(root, 'cli/bin/ferrohsm.cjs'), join(bin, 'ferrohsm'));
    symlinkSync(process.execPath, join(bin, 'node'));
    writeFileSync(join(home, 'invoice.pdf'), 'an invoice');
  });
  afterEach(() => rmSync(home, { recursive: true }));

  /** As a user of the machine with a home of its own; root would use the places of the system. */
  function shell(script: string): string {
    const { PATH } = process.env;
    return execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: home,
      encoding: 'utf8',
      timeout: 50_000,
      env: { PATH: `${join(home, 'bin')}:${PATH}`, HOME: home, FERROHSM_SOCKET: join(home, 'hsm.sock') },
    });
  }

  test('work one after the other', () => {
    const lines = blockBelow('On the command line', 'sh').trim().split('\n');
    expect(lines[0]).toBe('ferrohsm serve &');
    const places = `--state ${home}/.local/state/ferrohsm --config ${home}/.config/ferrohsm`;
    const adapted = lines.map((line) =>
      line.replace('ferrohsm serve &', `ferrohsm serve ${places} > out 2> err & pid=$!`),
    );
    const waiting = `trap 'kill $pid; wait $pid' EXIT\nuntil grep -q listening out; do kill -0 $pid; sleep 0.05; done`;
    const [serve = '', ...rest] = adapted;
    const output = shell([serve, waiting, ...rest].join('\n'));
    expect(statSync(join(home, 'invoice.sig')).size).toBe(3309);
    expect(output).toMatch(/valid/);
    expect(existsSync(join(home, 'hsm.sock'))).toBe(false);
  });
});
