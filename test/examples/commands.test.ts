import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

test('the snippets of docs/commands.md do what the page says', { timeout: 120_000 }, () => {
  const [trying = '', profiles = '', batch = '', ...others] = blocksIn(blocksOf('docs/commands.md'), 'sh');
  expect(others).toEqual([]);
  const output = pageShell().run(
    [serving('ferrohsm serve --config hsm'), trying, profiles, batch, 'ferrohsm key list'].join('\n'),
    110_000,
  );
  expect(output).toMatch(/^would create the key shop\/signing$/m);
  expect(output).toMatch(/"dryRun": true,\n {2}"method": "keys.deactivate"/);
  expect(output).toMatch(/^principal +owner$/m);
  expect(output).toMatch(/^here \(default\) +\/.*\/hsm\.sock$/m);
  expect(output).toMatch(/^shop\/files +Ed25519 +active/m);
  expect(output).toMatch(/^shop\/signing +ML-DSA-65 +active/m);
});
