import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';
import { walksThrough } from './walked-example.ts';

const root = join(import.meta.dirname, '../..');
const page = 'docs/guides/kubernetes.md';
const blocks = blocksOf(page);
const [secret = '', apply = '', create = '', ...others] = blocksIn(blocks, 'sh');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest = read('packaging/kubernetes/payments.yaml');

walksThrough(page, 'examples/kubernetes-sidecar.ts');

test.each(blocksIn(blocks, 'yaml'))('the manifest or its configuration has %s', (block) => {
  const files = globSync('packaging/kubernetes/**/*.yaml', { cwd: root });
  expect(files.some((path) => read(path).includes(`\n${block}`))).toBe(true);
});

test('the commands name what is in the manifest', () => {
  expect(others).toEqual([]);
  const [, folder = ''] = /^kubectl apply -k (\S+)$/m.exec(apply) ?? [];
  expect(existsSync(join(root, folder, 'kustomization.yaml'))).toBe(true);
  const [, name = '', file = ''] = /^kubectl create secret generic (\S+) --from-file=(\S+)$/m.exec(secret) ?? [];
  expect(manifest).toContain(`secretName: ${name}\n`);
  expect(read('packaging/kubernetes/config/ferrohsm.yaml')).toContain(`/${file}]`);
  const [, deployment = '', container = ''] = /^kubectl exec deploy\/(\S+) -c (\S+) -- node /m.exec(create) ?? [];
  const names = parseAllDocuments(manifest).map((document) => document.getIn(['metadata', 'name']));
  expect(names).toContain(deployment);
  expect(manifest).toContain(`- name: ${container}\n`);
});

test('the key that the operator makes is the application’s to use, under a root key of that length', {
  timeout: 120_000,
}, () => {
  const [makeKey = ''] = secret.split('\n');
  const words = create.replace(/^kubectl exec .* \\$/m, '').trim();
  const output = pageShell().run(
    [
      makeKey,
      'chmod 600 root.key',
      serving('ferrohsm serve --config hsm --root-key-command /bin/cat --root-key-argument $PWD/root.key'),
      `ferrohsm ${words}`,
      'ferrohsm key show payments/signing',
    ].join('\n'),
    110_000,
  );
  expect(output).toMatch(/^labels +service=payments$/m);
});
