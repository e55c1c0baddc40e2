import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell } from './page.ts';

const blocks = blocksOf('docs/rest.md');

test('every block of docs/rest.md is one that is tried here', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh']));
  expect(blocks).toHaveLength(4);
});

test('the commands of docs/rest.md make a key, sign with it, and change what they have seen', () => {
  const [serve = '', make = '', sign = '', change = ''] = blocksIn(blocks, 'sh');
  const { home, run } = pageShell();
  const output = run(
    [
      serve.replace(/ &\n/, ' --state state --config config > out 2> err & pid=$!\n'),
      "trap 'kill $pid; wait $pid' EXIT",
      'until grep -q listening out; do kill -0 $pid; sleep 0.05; done',
      make,
      sign,
      change,
    ].join('\n'),
  );
  const [session, made, changed] = output.split(/(?<=\})(?=\{)|\n/).map((text) => JSON.parse(text) as Answer);
  expect(session).toMatchObject({ principal: { id: 'owner' } });
  expect(changed).toMatchObject({ record: { id: made?.record.id, revision: 2, description: 'for invoices' } });
  const [data, signature] = ['invoice', 'invoice.sig'].map((name) => readFileSync(join(home, name)));
  const der = Buffer.from(made?.record.versions[0]?.publicKey.data ?? '', 'base64url');
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  expect(verify(null, data as Buffer, key, signature as Buffer)).toBe(true);
});

interface Answer {
  readonly record: {
    readonly id: string;
    readonly versions: readonly { readonly publicKey: { readonly data: string } }[];
  };
}
