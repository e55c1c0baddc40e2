import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';
import { walksThrough } from './walked-example.ts';

const page = 'docs/guides/jwt-issuer.md';
const blocks = blocksOf(page);

walksThrough(page, 'examples/jwt-issuer.ts');

test(`the commands of ${page} make a key, and versions that overlap`, { timeout: 120_000 }, () => {
  const commands = blocksIn(blocks, 'sh');
  expect(commands).toHaveLength(2);
  const show = 'ferrohsm key show tokens/signing';
  const output = pageShell().run([serving('ferrohsm serve --config hsm'), ...commands, show].join('\n'), 110_000);
  expect(output).toMatch(/^labels +service=issuer$/m);
  expect(output).toMatch(/^version 1 +active/m);
  expect(output).toMatch(/^version 2 +active/m);
  expect(output).toMatch(/^rotation +every 90 days, overlap of 600 s$/m);
});
