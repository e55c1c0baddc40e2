import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { LiveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

const blocks = blocksOf('docs/governance.md');
const inLanguage = (language: string) => blocksIn(blocks, language);

test('every block of docs/governance.md is one that is tried here', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['json', 'cedar', 'sh']));
  expect(inLanguage('json')).toHaveLength(2);
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
  const [principals = '', issuers = ''] = inLanguage('json');

  test('starts a sidecar', async () => {
    await startWith({ 'principals.json': principals, 'issuers.json': issuers });
  });

  test('is looked at: without the issuer that a rule names, nothing starts', async () => {
    await expect(startWith({ 'principals.json': principals })).rejects.toThrow('jwt:ci names no issuer');
  });

  test.each(inLanguage('cedar').map((text) => ({ id: /@id\("(.*?)"\)/.exec(text)?.[1], text })))(
    'has policies that load beside the shipped ones: $id',
    async ({ text }) => {
      await startWith({ 'policy.cedar': `${defaultPolicy}\n${text}` });
    },
  );
});

describe('the commands of docs/governance.md', () => {
  test('lead from the ceremony to an export that Bob approved', () => {
    const [ceremony = '', asked = '', approved = '', repeated = ''] = inLanguage('sh');
    const { home, run } = pageShell();
    const served = ceremony.replace(/^(ferrohsm serve .*) --websocket 127\.0\.0\.1:7420 &$/m, (_, command) =>
      serving(command),
    );
    expect(served).not.toBe(ceremony);
    const script = [
      served,
      asked,
      'ID=$(ferrohsm approval list --state pending --json | grep -o "apr_[A-Za-z0-9_-]*" | head -n 1)',
      // Bob is asked on his terminal, which is not here.
      `(${approved.replace('ws://127.0.0.1:7420', '$url').replace('bob.key', 'bob.key --yes')})`,
      repeated,
    ];
    const output = run(script.join('\n'));
    expect(output).toContain('alice wants to get the SECRET of the key vault/master out of the sidecar');
    expect(statSync(join(home, 'master.key')).size).toBe(32);
  });
});
