import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';
import { walksThrough } from './walked-example.ts';

const page = 'docs/guides/approvals.md';
const blocks = blocksOf(page);

walksThrough(page, 'examples/approvals.ts');

test(`the commands of ${page} lead to an export that two people approved`, { timeout: 150_000 }, () => {
  const [people = '', asked = '', decided = '', repeated = '', ...others] = blocksIn(blocks, 'sh');
  expect(others).toEqual([]);
  const { home, run } = pageShell();
  writeFileSync(join(home, 'policy.cedar'), `${defaultPolicy}\n${blocksIn(blocks, 'cedar').join('\n')}`);
  const served = people.replace(/^(ferrohsm serve .*) --websocket 127\.0\.0\.1:7420 &$/m, (_, command) =>
    serving(command),
  );
  expect(served).not.toBe(people);
  // Bob and Carol are asked on their terminals, which are not here.
  const deciding = decided.replaceAll('ws://127.0.0.1:7420', '$url').replaceAll(/ (--key \S+)/g, ' $1 --yes');
  const script = [
    served,
    asked,
    'ID=$(ferrohsm approval list --state pending --json | grep -o -m1 "apr_[A-Za-z0-9_-]*" | head -n 1)',
    deciding,
    repeated,
    'test ! -e master.jwk',
  ];
  const output = run(script.join('\n'), 140_000);
  expect(output).toContain('alice wants to get the SECRET of the key vault/master out of the sidecar');
  expect(statSync(join(home, 'master.key')).size).toBe(32);
});
