import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

const blocks = blocksOf('docs/keys.md');

test('every block of docs/keys.md is one that is tried here', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh']));
  expect(blocks).toHaveLength(6);
});

/** Bob consents to everything that waits, in the background. */
const consenting = `
consent() {
  while sleep 1; do
    for id in $(ferrohsm approval list --state pending --json | grep -o 'apr_[A-Za-z0-9_-]*' | sort -u); do
      ferrohsm approval approve $id --key custodians/bob.key --yes --url $url --token-file custodians/bob.token || :
    done
  done
}`;

test('the commands of docs/keys.md lead through the life of a key', { timeout: 240_000 }, () => {
  const [states = '', rotation = '', policies = '', ...others] = blocksIn(blocks, 'sh');
  const [retention = '', destruction = '', sealing = ''] = others;
  const output = pageShell().run(
    [
      'ferrohsm init --config hsm --custodian alice:$UID --custodian bob --custodian carol --yes',
      serving('ferrohsm serve --config hsm'),
      consenting,
      'consent > consents 2>&1 & helper=$!',
      "trap 'kill $helper; kill $pid; wait $pid' EXIT",
      states,
      rotation,
      policies,
      retention,
      destruction,
      sealing,
      'ferrohsm key show tokens/signing',
      'ferrohsm key show ledger/seal',
    ].join('\n'),
    230_000,
  );
  expect(output).toMatch(/^version 1 +active \(laptop lost\)|^version 1 +active, ECDSA P-256/m);
  expect(output).toMatch(/^version 3 +active \(post-quantum\), MLDSA65-ECDSA-P256-SHA512/m);
  expect(output).toMatch(/^rotation +every 90 days$/m);
  expect(output).toMatch(/^rotation +every 90 days \(policy production\), overlap of 7 days \(policy production\)$/m);
  expect(output).toMatch(/^minimum versions +verify 2$/m);
  expect(output).toMatch(/^retention +legal hold \(case 12\), until 2040-01-01T/m);
  expect(output).toContain('compliance.sox');
  expect(output).toMatch(/key\.destruction/);
  expect(output).toMatch(/^state root +[0-9a-f]{64}$/m);
});
