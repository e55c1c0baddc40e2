import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bomErrors } from '../cyclonedx/bom-validation.ts';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

const blocks = blocksOf('docs/inventory.md');

test('every block of docs/inventory.md is one that is tried here', () => {
  expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh', 'js']);
});

test('the commands of docs/inventory.md give what they say', () => {
  const shell = pageShell();
  const [formats = '', gate = ''] = blocksIn(blocks, 'sh');
  const output = shell.run(
    [
      serving('ferrohsm serve --config hsm'),
      'ferrohsm key create tokens/signing --algorithm ECDSA --label environment=production',
      'ferrohsm key create backups --algorithm AES-GCM',
      formats,
      gate,
    ].join('\n'),
  );
  const file = (name: string) => readFileSync(join(shell.home, name), 'utf8');
  expect(output).toMatch(/^quantum-vulnerable \[#{10}\.{10}\] 50\.0 %: 1 of 2 keys in force$/m);
  expect(file('keys.html')).toContain('<bdi>tokens/signing</bdi>');
  expect(bomErrors(JSON.parse(file('keys.cdx.json')))).toEqual([]);
  expect(JSON.parse(file('keys.json')).keys).toMatchObject([{ name: 'tokens/signing' }]);
  expect(file('keys.txt')).toContain('keys: 1, in force: 1');
});

test('the program of docs/inventory.md runs', () => {
  const shell = pageShell();
  const [program = ''] = blocksIn(blocks, 'js');
  const sdk = join(import.meta.dirname, '../../sdk/dist/node.js');
  const script = `import { connect } from ${JSON.stringify(sdk)};\nawait using hsm = await connect();\n${program}`;
  const output = shell.run(
    [
      serving('ferrohsm serve --config hsm'),
      'ferrohsm key create tokens/signing --algorithm ECDSA',
      'ferrohsm key create backups --algorithm AES-GCM',
      `cat > program.mjs <<'END'\n${script}\nEND`,
      'node program.mjs',
    ].join('\n'),
  );
  expect(output).toMatch(/^backups true\ntokens\/signing false$/m);
});
