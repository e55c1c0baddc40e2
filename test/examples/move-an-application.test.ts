import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';
import { blocksIn, blocksOf } from './page.ts';
import { walksThrough } from './walked-example.ts';

const root = join(import.meta.dirname, '../..');
const blocks = blocksOf('docs/move-an-application.md');
const sidecar = liveSidecar();

test('the guide has the application, before, after, a name, and the next start', () => {
  expect(blocksIn(blocks, 'ts')).toHaveLength(5);
});

walksThrough('docs/move-an-application.md', 'examples/move-an-app.ts');

test('the guide shows the code in the order in which it runs', () => {
  const example = readFileSync(join(root, 'examples/move-an-app.ts'), 'utf8');
  const places = blocksIn(blocks, 'ts').map((block) => example.indexOf(block));
  expect(places).toEqual(places.toSorted((left, right) => left - right));
});

test('the command of the guide makes the key that the application opens', async () => {
  const { state } = sidecar.folders;
  const bin = join(state, '../bin');
  mkdirSync(bin);
  symlinkSync(join(root, 'cli/bin/ferrohsm.cjs'), join(bin, 'ferrohsm'));
  symlinkSync(process.execPath, join(bin, 'node'));
  const commands = blocksIn(blocks, 'sh');
  expect(commands).toHaveLength(1);
  const env = { PATH: `${bin}:${process.env.PATH}`, FERROHSM_SOCKET: sidecar.process.socket };
  execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', commands.join('')], { env });

  await using hsm = await sidecar.connect();
  const { name, labels } = (await hsm.keys.get('orders/signing')).record;
  expect([name, labels]).toEqual(['orders/signing', { service: 'payments' }]);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await hsm.crypto.keyStorage.getItem('orders/signing', algorithm, false, ['sign']);
  expect(key.type).toBe('private');
});
