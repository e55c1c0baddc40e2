import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultPolicy } from './default-policy.ts';
import { ask, engineOf, keyOf, principalOf } from './test-request.ts';

/** The rules that the guide offers. */
const guide = readFileSync(new URL('../../../docs/import.md', import.meta.url), 'utf8');
const [, rules = ''] = guide.split(/```cedar\n|```(?=\n\nFor)/);

const officer = principalOf('me', ['Officer', 'Operator']);

async function answers(action: string, quantumSafe: boolean) {
  const engine = await engineOf(`${defaultPolicy}\n${rules}`);
  const resource = keyOf({ quantumSafe });
  return (wrapping?: string) =>
    ask(engine, { principal: officer, action, resource, context: { approvals: 1, ...(wrapping && { wrapping }) } })
      .outcome;
}

test('the rules of the guide are two', () => {
  expect(rules.match(/^@id/gm)).toHaveLength(2);
});

test('what is wrapped may leave, what is not may not', async () => {
  const exported = await answers('keys.export', false);
  expect(['HPKE-X25519', 'RSA-OAEP-AES-KWP', 'AES-KWP'].map(exported)).toEqual(['allow', 'allow', 'allow']);
  expect(exported()).toBe('deny');
  for (const action of ['subtle.exportKey', 'subtle.wrapKey']) {
    const released = await answers(action, false);
    expect(released()).toBe('deny');
    expect(released('AES-KW')).toBe('allow');
  }
});

test('a key that quantum computers do not break leaves under nothing that they do', async () => {
  const exported = await answers('keys.export', true);
  expect(['HPKE-MLKEM768-X25519', 'AES-KWP'].map(exported)).toEqual(['allow', 'allow']);
  // What AES-KW wraps is opened by whoever may unwrap with the key.
  expect(['HPKE-X25519', 'RSA-OAEP-AES-KWP', 'AES-KW'].map(exported)).toEqual(['deny', 'deny', 'deny']);
});

test('what releases nothing is not asked about it', async () => {
  expect((await answers('subtle.sign', false))()).toBe('allow');
});
