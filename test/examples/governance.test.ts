import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { LiveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/governance.md'), 'utf8');

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: Block[] = [...page.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

function blocksIn(language: string): string[] {
  return blocks.filter((block) => block.language === language).map(({ text }) => text);
}

test('every block of docs/governance.md is one that is tried here', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['json', 'cedar', 'sh']));
  expect(blocksIn('json')).toHaveLength(2);
});

/** Starts with these files of the configuration folder, or throws what it said. */
async function startWith(files: Readonly<Record<string, string>>): Promise<void> {
  const sidecar = new LiveSidecar();
  try {
    for (const [name, text] of Object.entries(files)) writeConfig(sidecar.folders, name, text);
    await sidecar.start();
  } finally {
    await sidecar.discard();
  }
}

describe('the configuration of docs/governance.md', () => {
  const [principals = '', issuers = ''] = blocksIn('json');

  test('starts a sidecar', async () => {
    await startWith({ 'principals.json': principals, 'issuers.json': issuers });
  });

  test('is looked at: without the issuer that a rule names, nothing starts', async () => {
    await expect(startWith({ 'principals.json': principals })).rejects.toThrow('jwt:ci names no issuer');
  });

  test.each(blocksIn('cedar').map((text) => ({ id: /@id\("(.*?)"\)/.exec(text)?.[1], text })))(
    'has policies that load beside the shipped ones: $id',
    async ({ text }) => {
      await startWith({ 'policy.cedar': `${defaultPolicy}\n${text}` });
    },
  );
});

describe('the commands of docs/governance.md', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ferrohsm-governance-'));
    const bin = join(home, 'bin');
    mkdirSync(bin);
    symlinkSync(join(root, 'cli/bin/ferrohsm.cjs'), join(bin, 'ferrohsm'));
    symlinkSync(process.execPath, join(bin, 'node'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  function shell(script: string): string {
    const { PATH } = process.env;
    writeFileSync(join(home, 'script'), script);
    return execFileSync('bash', ['--norc', '-euo', 'pipefail', 'script'], {
      cwd: home,
      encoding: 'utf8',
      timeout: 50_000,
      env: { PATH: `${join(home, 'bin')}:${PATH}`, HOME: home, FERROHSM_SOCKET: join(home, 'hsm.sock') },
    });
  }

  test('lead from the ceremony to an export that Bob approved', () => {
    const [ceremony = '', asked = '', approved = '', repeated = ''] = blocksIn('sh');
    const served = ceremony
      .replace('ferrohsm serve', 'ferrohsm serve --state state')
      .replace('127.0.0.1:7420 &', '127.0.0.1:0 > out 2> err & pid=$!');
    expect(served).not.toBe(ceremony);
    const script = [
      served,
      "trap 'kill $pid; wait $pid' EXIT",
      'until grep -q listening out; do kill -0 $pid; sleep 0.05; done',
      'url=$(grep -o "ws://127.0.0.1:[0-9]*" out)',
      asked,
      'ID=$(ferrohsm approval list --state pending --json | grep -o "apr_[A-Za-z0-9_-]*" | head -n 1)',
      // Bob is asked on his terminal, which is not here.
      `(${approved.replace('ws://127.0.0.1:7420', '$url').replace('bob.key', 'bob.key --yes')})`,
      repeated,
    ];
    const output = shell(script.join('\n'));
    expect(output).toContain('alice wants to get the SECRET of the key vault/master out of the sidecar');
    expect(statSync(join(home, 'master.key')).size).toBe(32);
  });
});
