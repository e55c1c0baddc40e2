import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { liveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { blocksIn, blocksOf } from './page.ts';
import { walksThrough } from './walked-example.ts';

const page = 'docs/guides/tls-pki.md';
const blocks = blocksOf(page);

walksThrough(page, 'examples/tls-pki.ts');

describe(`the rule of ${page}`, () => {
  const [rule = ''] = blocksIn(blocks, 'cedar');
  const sidecar = liveSidecar({
    prepare: (folders) => writeConfig(folders, 'policy.cedar', `${defaultPolicy}\n${rule}`),
  });

  test('holds a signature of the root, and of no other authority', async () => {
    await using hsm = await sidecar.connect();
    const sign = async (name: string) => {
      const { privateKey } = await hsm.keys.create({ name, algorithm: 'Ed25519', usages: ['sign', 'verify'] });
      return await hsm.subtle.sign('Ed25519', privateKey, new Uint8Array(32));
    };
    await expect(sign('ca/root-2026')).rejects.toMatchObject({ cause: { code: 'approval_required' } });
    expect((await sign('ca/servers')).byteLength).toBe(64);
  });
});

test(`every block of ${page} is one that is tried here`, () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts', 'cedar']));
});
