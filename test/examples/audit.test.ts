import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { hasGo } from '../go/verify-with-go.ts';
import { blocksIn, blocksOf, pageShell } from './page.ts';

const root = join(import.meta.dirname, '../..');
const blocks = blocksOf('docs/audit.md');
const inLanguage = (language: string) => blocksIn(blocks, language);

test('every block of docs/audit.md is one that is tried here', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['json', 'sh']));
  expect([inLanguage('json').length, inLanguage('sh').length]).toEqual([1, 12]);
});

test('the record of docs/audit.md is one by the schema', () => {
  const schema = JSON.parse(readFileSync(join(root, 'schemas/objects/audit-record.json'), 'utf8')) as object;
  const isRecord = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  const record: unknown = JSON.parse(inLanguage('json')[0] ?? '');
  expect(isRecord(record), JSON.stringify(isRecord.errors)).toBe(true);
  expect(isRecord({ ...(record as object), principal: 'alice' })).toBe(false);
});

/** The shipped policies let nobody who governs keys use them; here Alice does both. */
const policy = `${defaultPolicy}
@id("alice.signs") permit (principal == Principal::"alice", action in Action::"key.use", resource is Key);
`;

describe('the commands of docs/audit.md', () => {
  test('lead from a receipt over witnesses, new keys and erasure to a published log', {
    timeout: 180_000,
  }, async () => {
    const { home, run } = pageShell();
    symlinkSync(join(root, 'test'), join(home, 'test'));
    writeFileSync(join(home, 'invoice.pdf'), 'an invoice');
    writeFileSync(join(home, 'policy'), policy);
    const [port1, port2] = [await freePort(), await freePort()];
    const here = (text: string) =>
      text
        .replaceAll(':8081', `:${port1}`)
        .replaceAll(':8082', `:${port2}`)
        .replace(/(ferrohsm serve.*) &$/m, 'sidecar $1')
        .replace(/^.*verify-log.*$/gm, hasGo ? '$&' : ':');
    const [sign, proof, go, verify, ...more] = inLanguage('sh').map(here);
    const [witnesses, quorum, serve, witnessed, rotate, retain, erase, publish] = more;
    const output = run(
      [
        functions,
        'ferrohsm init --config config --policy policy --custodian alice:$UID --custodian bob --yes',
        'sidecar ferrohsm serve',
        ...[sign, proof, go, verify],
        ...[witnesses, `listens ${port1}; listens ${port2}`, quorum, 'stop_sidecar', serve],
        'until ferrohsm status --json | grep -q \'"quorum": true\'; do sleep 0.2; done',
        ...[witnessed, 'stop_sidecar', 'sidecar ferrohsm serve'],
        ...[`bob_approves & ${rotate}`, `bob_approves 2 & ${retain}`, `bob_approves & ${erase}`, publish],
      ].join('\n'),
      170_000,
    );
    expect(output.match(/^result +ok$/gm)).toHaveLength(8);
    expect(output).toMatch(/^witnesses +cosigned up to \d+$/m);
    expect(output.match(/^key since a rotation /gm)).toHaveLength(2);
    if (hasGo) expect(output).toMatch(/^verified size=\d+ /m);
    expect(existsSync(join(home, 'public/checkpoint'))).toBe(true);
    expect(existsSync(join(home, 'public/personal'))).toBe(false);
  });
});

/** What the page takes for granted: a sidecar, and Bob, who approves what is asked of him. */
const functions = `
trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT
sidecar() {
  rm -f out
  "$@" --state state --config config --websocket 127.0.0.1:0 > out 2> err & pid=$!
  until grep -qs listening out; do kill -0 $pid; sleep 0.05; done
  url=$(grep -o 'ws://127.0.0.1:[0-9]*' out)
}
stop_sidecar() { kill $pid; wait $pid; }
listens() { until (: < /dev/tcp/127.0.0.1/$1) 2> /dev/null; do sleep 0.05; done; }
bob() { ferrohsm "$@" --url $url --token-file custodians/bob.token; }
bob_approves() {
  for _ in $(seq \${1:-1}); do
    until bob approval list --state pending --json > asked && grep -q apr_ asked; do sleep 0.2; done
    bob approval approve $(grep -o 'apr_[A-Za-z0-9_-]*' asked | head -n 1) --key custodians/bob.key --yes > approved
  done
}`;

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
