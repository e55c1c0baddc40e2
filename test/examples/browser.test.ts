import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

const page = 'docs/guides/browser.md';
const blocks = blocksOf(page);
const [program = '', use = ''] = blocksIn(blocks, 'js');
const [letIn = '', create = ''] = blocksIn(blocks, 'sh');
const [principals = ''] = blocksIn(blocks, 'json');
const origin = /--allow-origin (\S+)/.exec(letIn)?.[1] ?? '';

test(`every block of ${page} is one that is tried here`, () => {
  expect(blocks.map(({ language }) => language)).toEqual(['sh', 'json', 'sh', 'js', 'js']);
  expect(origin).toBe('https://till.example');
});

/** As a bundler gives it to a page. */
function bundled(): string {
  const stdin = { contents: program, resolveDir: import.meta.dirname };
  const target = { format: 'esm', platform: 'browser' } as const;
  const { outputFiles } = buildSync({ stdin, ...target, bundle: true, write: false, logLevel: 'error' });
  return outputFiles[0]?.text ?? '';
}

/** A page of that origin: its WebSocket says where it is from, as that of a browser does. */
const pageOfOrigin = `
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { openSigner } from './bundle.mjs';

globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { origin: '${origin}' });
  }
};
const token = readFileSync('page.token', 'utf8').trim();
${use.replace("'ws://127.0.0.1:7420'", 'process.env.URL')}
console.log('genuine', await signer.verify('receipt 7: 12.50 EUR', signature));
console.log('altered', await signer.verify('receipt 7: 0.50 EUR', signature));
await signer.close();
`;

test(`the code of ${page} signs in a page of the origin that was let in`, { timeout: 120_000 }, () => {
  const { home, run } = pageShell();
  mkdirSync(join(home, 'hsm'), { mode: 0o700 });
  const olga = principals.replace('"uid": 1000', `"uid": ${process.getuid?.()}`);
  writeFileSync(join(home, 'principals.json'), olga, { mode: 0o600 });
  writeFileSync(join(home, 'bundle.mjs'), bundled());
  writeFileSync(join(home, 'page.mjs'), pageOfOrigin);
  const [makeToken = '', serve = ''] = letIn.trim().split('\n');
  const served = serve.replace(/^(.*) --websocket 127\.0\.0\.1:7420 (.*) &$/, (_, before, behind) =>
    serving(`${before} ${behind}`),
  );
  expect(served).not.toBe(serve);
  const output = run(
    [
      `digest=$(${makeToken})`,
      'sed "s/\\"tokenSha256\\": \\"[^\\"]*\\"/\\"tokenSha256\\": \\"$digest\\"/" principals.json > hsm/principals.json',
      'chmod 600 hsm/principals.json',
      served,
      create,
      'URL=$url node page.mjs',
    ].join('\n'),
    110_000,
  );
  expect(output).toMatch(/^genuine true\naltered false$/m);
});
