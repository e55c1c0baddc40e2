import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

const timeout = { timeout: 120_000 };
const timeoutMs = 110_000;

test('the code of sdk/README.md signs, and seals and opens with HPKE and envelopes', timeout, () => {
  const [sign = '', hpke = '', envelope = '', ...others] = blocksIn(blocksOf('sdk/README.md'), 'ts');
  expect(others).toEqual([]);
  const { home, run } = pageShell();
  const program = `
const data = new TextEncoder().encode('data');
${sign}
console.log('signed', signature.byteLength);

const [plaintext, info, aad] = ['mail', 'info', 'aad'].map((text) => new TextEncoder().encode(text));
${hpke}
console.log('opened', new TextDecoder().decode(opened));

const source = new Blob(['a file']).stream();
const chunks = [];
const upload = new WritableStream({ write: (chunk) => void chunks.push(chunk) });
const download = new ReadableStream({
  pull(controller) {
    for (const chunk of chunks) controller.enqueue(chunk);
    controller.close();
  },
}, { highWaterMark: 0 });
const target = new WritableStream({ write: (chunk) => console.log('decrypted', new TextDecoder().decode(chunk)) });
${envelope}`;
  writeFileSync(join(home, 'program.mjs'), program);
  const makeKey = 'ferrohsm key create backups --algorithm AES-GCM';
  const output = run([serving('ferrohsm serve --config hsm'), makeKey, 'node program.mjs'].join('\n'), timeoutMs);
  expect(output).toMatch(/^signed 64\nopened mail\ndecrypted a file$/m);
});

test('the code of sidecar/README.md starts a sidecar', timeout, () => {
  const [program = ''] = blocksIn(blocksOf('sidecar/README.md'), 'ts');
  const { home, run } = pageShell();
  const places = { '/var/lib/ferrohsm': 'state', '/etc/ferrohsm': 'hsm', '/run/ferrohsm': 'run' };
  const moved = Object.entries(places).reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replaceAll(from, join(home, to));
  }, program);
  const looking = moved.replace('await sidecar.close()', "console.log('is there', existsSync(place));\n$&");
  const place = `const place = ${JSON.stringify(join(home, 'run/ferrohsm.sock'))};`;
  writeFileSync(join(home, 'program.mjs'), `import { existsSync } from 'node:fs';\n${place}\n${looking}`);
  expect(run('mkdir -m 0700 hsm; node program.mjs', timeoutMs)).toContain('is there true');
});

test('the commands of cli/README.md sign', timeout, () => {
  const [serve = '', ...commands] = blocksIn(blocksOf('cli/README.md'), 'sh').join('').trim().split('\n');
  expect(serve).toBe('ferrohsm serve &');
  const { home, run } = pageShell();
  const starting = serving('ferrohsm serve --config hsm');
  run([starting, 'echo an invoice > invoice.pdf', ...commands].join('\n'), timeoutMs);
  expect(statSync(join(home, 'invoice.sig')).size).toBe(3309);
});
