import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell } from './page.ts';

const root = join(import.meta.dirname, '../..');
const blocks = blocksOf('docs/quick-start.md');
const [install = '', serve = '', status = '', sign = '', run = '', verify = '', forge = ''] = blocksIn(blocks, 'sh');

test('every block of docs/quick-start.md is one that is tried here', () => {
  expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh', 'sh', 'sh', 'js', 'sh', 'sh', 'sh']);
});

test('the packages that it installs are those of this repository, and bring the command', () => {
  const { name, bin } = JSON.parse(readFileSync(join(root, 'cli/package.json'), 'utf8'));
  const sdk = JSON.parse(readFileSync(join(root, 'sdk/package.json'), 'utf8'));
  expect(install).toContain(`npm install ${name} ${sdk.name}\n`);
  expect(bin).toEqual({ ferrohsm: expect.any(String) });
});

test('the commands of docs/quick-start.md lead to a signature, and to a log that verifies', {
  timeout: 150_000,
}, () => {
  const [program = ''] = blocksIn(blocks, 'js');
  const starting = serve.replace(/ &\n$/, ' > out 2> err & pid=$!\n');
  expect(starting).not.toBe(serve);
  const output = pageShell().run(
    [
      starting,
      "trap 'kill $pid; wait $pid' EXIT",
      'until grep -q listening out; do kill -0 $pid; sleep 0.05; done',
      status,
      sign,
      `cat > sign.mjs <<'END'\n${program}END`,
      run,
      verify,
      `(${forge.trim()}) 2>&1`,
    ].join('\n'),
    140_000,
  );
  expect(output).toMatch(/^true$/m);
  expect(output.match(/ use +subtle\.sign .* invoices\/signing +ok$/gm)).toHaveLength(2);
  expect(output).toMatch(/^first bad entry +\d+$/m);
});
