import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

const page = 'docs/guides/migrate-to-pq.md';
const blocks = blocksOf(page);

test(`every block of ${page} is one that is tried here`, () => {
  expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh', 'sh', 'sh', 'sh', 'sh']);
});

test(`the commands of ${page} find a classical key, move it, and keep others from being made`, {
  timeout: 170_000,
}, () => {
  const { home, run } = pageShell();
  const output = run(
    [
      serving('ferrohsm serve --config hsm'),
      'ferrohsm key create releases/signing --algorithm ECDSA',
      'for name in release-1.0.tar release-2.0.tar disk.img; do head -c 5000 /dev/urandom > $name; done',
      ...blocksIn(blocks, 'sh'),
      'cmp disk.img restored.img',
      'ferrohsm key show releases/signing',
    ].join('\n'),
    160_000,
  );
  const read = (name: string) => readFileSync(join(home, name));
  expect(read('keys.txt').toString()).toContain('quantum-vulnerable');
  expect(output).toMatch(/^version 2 +active \(post-quantum\), MLDSA65-ECDSA-P256-SHA512/m);
  expect(output.match(/^valid$/gm)).toHaveLength(2);
  expect(output).toMatch(/^minimum versions +verify 2$/m);
  const key = { key: createPublicKey(read('version-1.pem')), dsaEncoding: 'ieee-p1363' } as const;
  expect(verify('sha256', read('release-1.0.tar'), key, read('1.0.sig'))).toBe(true);
  expect(read('policy.cedar').toString()).toContain('@id("hybrid-only.new-keys")');
});
