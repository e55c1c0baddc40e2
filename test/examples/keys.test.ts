import { randomUUID } from 'node:crypto';
import { connect } from '@ferrohsm/sdk/node';
import { expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { LiveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

const blocks = blocksOf('docs/keys.md');

test('every block of docs/keys.md is one that is tried here', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'cedar']));
  expect(blocks).toHaveLength(7);
});

test('the rule of docs/keys.md refuses general-purpose keys, and no others', async () => {
  const sidecar = new LiveSidecar();
  try {
    writeConfig(sidecar.folders, 'policy.cedar', [defaultPolicy, ...blocksIn(blocks, 'cedar')].join('\n'));
    await sidecar.start();
    await using hsm = await connect({ socket: sidecar.process.socket });
    const create = (name: string, multipurpose: object) => {
      const algorithm = { name: 'AES-GCM', length: 256, ...multipurpose };
      return hsm.call('keys.create', { name, algorithm, usages: ['encrypt'], requestId: randomUUID() });
    };
    await expect(create('many', { multipurpose: true })).rejects.toMatchObject({ code: 'permission_denied' });
    expect((await create('one', {})).record.name).toBe('one');
  } finally {
    await sidecar.discard();
  }
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
