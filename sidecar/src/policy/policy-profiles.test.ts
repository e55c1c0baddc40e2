import { describe, expect, test } from 'vitest';
import { samples } from '../crypto/keys/test-samples.ts';
import type { Algorithm } from '../generated/types.ts';
import { strengthOf, symmetricAlgorithms } from './algorithm-strength.ts';
import { defaultPolicy } from './default-policy.ts';
import type { PolicyEngine, PolicyResource } from './engine.ts';
import { type PolicyProfileName, policyProfiles } from './policy-profiles.ts';
import { actionGroups } from './schema.ts';
import { allActions, ask, engineOf, keyOf, principalOf, session } from './test-request.ts';

const all = principalOf('me', ['Officer', 'Operator']);

const lookingBack = [
  'subtle.verify',
  'subtle.decrypt',
  'subtle.unwrapKey',
  'subtle.decapsulateBits',
  'subtle.decapsulateKey',
  'dataKey.decrypt',
];
const uses = allActions.filter((action) => actionGroups(action).includes('key.use'));
const lookingAhead = uses.filter((action) => !lookingBack.includes(action));

const rsa = (name: string, modulusLength: number, hash: string): Algorithm => ({ name, modulusLength, hash });
const derivations = ['HKDF', 'PBKDF2', 'Argon2d', 'Argon2i', 'Argon2id'];

const algorithms: readonly Algorithm[] = [
  ...samples.map(({ algorithm }) => algorithm),
  rsa('RSASSA-PKCS1-v1_5', 3072, 'SHA-256'),
  rsa('RSA-PSS', 4096, 'SHA-1'),
  rsa('RSA-OAEP', 4096, 'SHA-1'),
  { name: 'HMAC', hash: 'SHA-384', length: 128 },
  { name: 'HMAC', hash: 'SHA-512', length: 64 },
  ...derivations.map((name) => ({ name })),
  { name: 'ROT13' },
];

function titleOf({ name, hash, namedCurve, modulusLength, length }: Algorithm): string {
  return [name, modulusLength, hash, namedCurve, length].filter((member) => member !== undefined).join(' ');
}

const titles = algorithms.map(titleOf);

/** By their names alone, so that nothing here rests on the table under test. */
const isPair = (title: string) => !/^(AES|ChaCha|HMAC|KMAC|HKDF|PBKDF|Argon)/.test(title);
const isHybrid = (title: string) => /^(MLKEM|MLDSA)/.test(title);

const passing: Readonly<Record<PolicyProfileName, readonly string[]>> = {
  'minimum-strength-128': titles.filter((title) => {
    const weak = ['RSASSA-PKCS1-v1_5 2048', 'RSA-PSS 2048', 'RSA-OAEP 2048', 'RSA-PSS 4096 SHA-1'];
    const short = ['KMAC128 0', 'KMAC128 9', 'HMAC SHA-512 64', 'ROT13'];
    return ![...weak, ...short].some((start) => title.startsWith(start));
  }),
  cnsa2: [
    'AES-GCM 256',
    'AES-CBC 256',
    'AES-CTR 256',
    'AES-KW 256',
    'HMAC SHA-384',
    'HMAC SHA-512',
    'ML-KEM-1024',
    'ML-DSA-87',
    'HKDF',
    'PBKDF2',
  ],
  'hybrid-only': titles.filter((title) => !isPair(title) || isHybrid(title)),
};

function newName(algorithm: Algorithm): PolicyResource {
  const attributes = { scope: 'named', name: 'new', owner: 'me', algorithm: algorithm.name, extractable: false };
  return { type: 'KeyName', id: 'new', attributes: { ...attributes, labels: {}, ...strengthOf(algorithm) } };
}

function newSessionKey(algorithm: Algorithm): PolicyResource {
  return { ...session, attributes: { algorithm: algorithm.name, ...strengthOf(algorithm) } };
}

function keyWith(algorithm: Algorithm, scope: string): PolicyResource {
  const labels = Object.freeze({ 'raw-rsa': 'allowed' });
  const own = { scope, owner: 'me', algorithm: algorithm.name, labels, ...strengthOf(algorithm) };
  return keyOf(own, `${scope}/${titleOf(algorithm)}`);
}

/** Titles of the algorithms that are let through; the others must be stopped by the named policy alone. */
function allowed(
  engine: PolicyEngine,
  action: string,
  resourceOf: (algorithm: Algorithm) => PolicyResource,
  forbiddenBy: string,
): string[] {
  return algorithms
    .filter((algorithm) => {
      const question = { principal: all, action, resource: resourceOf(algorithm), context: { approvals: 1 } };
      const { outcome, policies } = ask(engine, question);
      if (outcome === 'deny') expect(policies).toEqual([forbiddenBy]);
      return outcome === 'allow';
    })
    .map(titleOf);
}

describe.each(Object.keys(policyProfiles) as PolicyProfileName[])('%s', (name) => {
  const load = () => engineOf(`${defaultPolicy}\n${policyProfiles[name]}`);
  const expected = titles.filter((title) => passing[name].includes(title));

  test('lets only these be made', async () => {
    const engine = await load();
    expect(expected.length).toBeGreaterThan(9);
    expect(expected.length).toBeLessThan(titles.length);
    for (const action of ['keys.create', 'keys.import', 'keys.rotate', 'keys.rollback']) {
      expect(allowed(engine, action, newName, `${name}.new-keys`)).toEqual(expected);
    }
    for (const action of ['subtle.generateKey', 'subtle.importKey']) {
      expect(allowed(engine, action, newSessionKey, `${name}.new-keys`)).toEqual(expected);
    }
  });

  test.each(['named', 'session'])('lets only these be used as %s keys', async (scope) => {
    const engine = await load();
    const resourceOf = (algorithm: Algorithm) => keyWith(algorithm, scope);
    expect(lookingAhead).toEqual(expect.arrayContaining(['subtle.sign', 'subtle.encrypt', 'subtle.deriveKey']));
    for (const action of lookingAhead) {
      expect([action, allowed(engine, action, resourceOf, `${name}.use`)]).toEqual([action, expected]);
    }
  });

  test('lets every key look back, leave by approval and show its public half', async () => {
    const engine = await load();
    for (const algorithm of algorithms) {
      const resource = keyWith(algorithm, 'named');
      for (const action of [...lookingBack, 'subtle.getPublicKey', 'subtle.exportKey', 'subtle.wrapKey']) {
        const { outcome } = ask(engine, { principal: all, action, resource, context: { approvals: 1 } });
        expect([action, outcome]).toEqual([action, 'allow']);
      }
    }
  });

  test('permits nothing by itself', async () => {
    const engine = await engineOf(policyProfiles[name]);
    const resource = keyWith({ name: 'MLDSA87-Ed448-SHAKE256' }, 'session');
    for (const action of uses) expect(ask(engine, { principal: all, action, resource }).outcome).toBe('deny');
  });
});

test('all profiles together leave what each of them leaves', async () => {
  const engine = await engineOf([defaultPolicy, ...Object.values(policyProfiles)].join('\n'));
  const ids = (algorithm: Algorithm) =>
    ask(engine, { principal: all, action: 'keys.create', resource: newName(algorithm) }).policies;
  expect(ids({ name: 'AES-GCM', length: 256 })).toEqual(['officer.keys']);
  expect(ids({ name: 'MLKEM1024-P384' })).toEqual(['cnsa2.new-keys']);
  expect(ids({ name: 'ML-DSA-87' })).toEqual(['hybrid-only.new-keys']);
  expect([...ids({ name: 'ROT13' })].sort()).toEqual(
    ['cnsa2.new-keys', 'hybrid-only.new-keys', 'minimum-strength-128.new-keys'].sort(),
  );
});

test('hybrid-only names every symmetric algorithm', () => {
  for (const name of symmetricAlgorithms) expect(policyProfiles['hybrid-only'].split(`"${name}"`)).toHaveLength(3);
});
