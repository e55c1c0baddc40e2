import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isThere } from '../pkcs11/clients/served-client.ts';
import { blocksIn, blocksOf, pageShell } from './page.ts';

const page = 'docs/pkcs11.md';
const blocks = blocksIn(blocksOf(page), 'sh');

describe.skipIf(!isThere({ programs: ['pkcs11-tool', 'openssl'], debian: 'opensc openssl' }))(page, () => {
  test('leads from nothing to a signature', { timeout: 120_000 }, () => {
    const [serve = '', find = '', sign = '', ...others] = blocks;
    expect(others).toEqual([]);
    const { home, run } = pageShell();
    const started = serve
      .replace(
        /^(ferrohsm serve .*) &$/m,
        '$1 --state state > out 2> err & pids=$!\nuntil grep -q listening out; do kill -0 $pids; sleep 0.05; done',
      )
      .replace(
        /^(ferrohsm pkcs11 serve .*) &$/m,
        '$1 > front 2> front-err & pids="$! $pids"\nuntil grep -q listening front; do sleep 0.05; done',
      );
    const trap = "trap 'for pid in $pids; do kill $pid; wait $pid; done' EXIT";
    const output = run([started, trap, find, sign].join('\n'), 110_000);
    expect(output).toMatch(/^version +p11-kit \d/m);
    expect(output).toMatch(/^server-[0-9a-f]{8} +ECDSA P-256 general-purpose +active/m);
    expect(existsSync(join(home, 'signature'))).toBe(true);
  });
});
