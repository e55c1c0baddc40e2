import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { blocksIn, blocksOf, pageShell } from './page.ts';

const page = 'docs/guides/node-service.md';
const blocks = blocksOf(page);
const [principals = ''] = blocksIn(blocks, 'json');
const [rules = ''] = blocksIn(blocks, 'cedar');
const [program = ''] = blocksIn(blocks, 'js');
const [serve = '', create = '', use = '', misuse = ''] = blocksIn(blocks, 'sh');

test(`every block of ${page} is one that is tried here`, () => {
  expect(blocks.map(({ language }) => language)).toEqual(['json', 'cedar', 'sh', 'sh', 'js', 'sh', 'sh']);
});

/** Writes what an operator writes. */
function configure(home: string): void {
  const hsm = join(home, 'hsm');
  mkdirSync(hsm, { mode: 0o700 });
  writeFileSync(join(hsm, 'principals.json'), principals, { mode: 0o600 });
  writeFileSync(join(hsm, 'policy.cedar'), `${defaultPolicy}\n${rules}`, { mode: 0o600 });
  writeFileSync(join(home, 'service.mjs'), program);
}

/** The commands of the page as functions, which start the sidecar and end it. */
const serving = `
start() {
  ${serve.trim().replace(' &\n', ' > out 2> err &\n')}
  sidecar=$!
  until grep -q listening out; do kill -0 $sidecar; sleep 0.05; done
}
stop() { kill $sidecar; wait $sidecar; rm out; }
service=
trap 'kill $service $sidecar; wait' EXIT
start`;

/** The service on a port that is free, and as long as the page goes on. */
function serviceOf(block: string): string {
  const [run = '', curl = '', verify = ''] = block.trim().split('\n');
  const starting = `PORT=0 ${run.replace(/ &$/, ' > service.out 2> service.err &')}\nservice=$!`;
  const waiting = 'until grep -q listening service.out; do kill -0 $service; sleep 0.05; done';
  const port = 'port=$(grep -o "[0-9]*$" service.out)';
  const calling = `call() { ${curl.replace('8080', '$port')}; }`;
  return [starting, waiting, port, calling, 'call', verify].join('\n');
}

test(`the service of ${page} signs, goes on after a restart, and can do nothing else`, { timeout: 150_000 }, () => {
  const { home, run } = pageShell();
  configure(home);
  const output = run(
    [
      serving,
      create,
      'echo "invoice 42" > invoice.txt',
      serviceOf(use),
      'stop',
      'test "$(curl --silent --data-binary x --output refused --write-out "%{http_code}" http://127.0.0.1:$port/)" = 503',
      'start; rm invoice.sig; call',
      'ferrohsm verify --key invoices/signing --signature invoice.sig invoice.txt',
      `(${misuse.trim()})`,
      'kill $service; wait $service; service=',
    ].join('\n'),
    140_000,
  );
  expect(output.match(/^valid$/gm)).toHaveLength(2);
});
