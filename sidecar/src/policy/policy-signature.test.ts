import { createHmac, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verifyPolicySignature } from './policy-signature.ts';
import { audience, compactJws, open, type SignatureAlgorithm, sha256, shut, signed, signer } from './test-policies.ts';

const policy = { sha256: sha256(shut), replaces: 7, person: 'olga', audience };
const invalid = { code: 'evidence_invalid' };
const algorithms: readonly SignatureAlgorithm[] = ['EdDSA', 'ES256', 'ML-DSA-65'];

function decode(part = ''): string {
  return Buffer.from(part, 'base64url').toString();
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

describe.each(algorithms)('a policy signed by %s', (algorithm) => {
  const olga = signer(algorithm);
  const paul = signer(algorithm);
  const jws = signed(shut, 7, { by: olga });
  const [header = '', payload = '', signature = ''] = jws.split('.');

  function check(candidate: string, keys = [olga.key]): Promise<void> {
    return verifyPolicySignature(candidate, policy, keys);
  }

  test('is accepted as it is, among several keys of the person', async () => {
    await expect(check(jws)).resolves.toBeUndefined();
    await expect(check(jws, [paul.key, signer('ES256').key, olga.key])).resolves.toBeUndefined();
  });

  test('counts for nobody else, and for no key that was taken away', async () => {
    for (const keys of [[], [paul.key], [{ ...paul.key, id: olga.key.id }]]) {
      await expect(check(jws, keys)).rejects.toMatchObject(invalid);
    }
    const stranger = signed(shut, 7, { by: { ...paul, key: olga.key } });
    await expect(check(stranger, [olga.key, paul.key])).rejects.toMatchObject(invalid);
    await expect(check(signed(shut, 7, { by: paul }), [olga.key])).rejects.toMatchObject(invalid);
  });

  const claims: Readonly<Record<string, object>> = {
    'another text': { sha256: sha256(open) },
    'no text': { sha256: undefined },
    'another version': { replaces: 8 },
    'a version as text': { replaces: '7' },
    'no version': { replaces: undefined },
    'another person': { person: 'paul' },
    'no person': { person: undefined },
    'another audience': { audience: 'hsm.example/other' },
    'a list of audiences': { audience: [audience] },
    'another format': { v: 2 },
    'no format': { v: undefined },
  };
  test.each(Object.entries(claims))('does not stand for %s', async (_, change) => {
    await expect(check(signed(shut, 7, { by: olga, payload: change }))).rejects.toMatchObject(invalid);
    const tampered = encode({ ...JSON.parse(decode(payload)), ...change });
    await expect(check(`${header}.${tampered}.${signature}`)).rejects.toMatchObject(invalid);
  });

  test('does not stand where the caller, the version or the sidecar is another', async () => {
    const others = [{ sha256: sha256(open) }, { replaces: 6 }, { person: 'paul' }, { audience: 'hsm.example/other' }];
    for (const change of others) {
      await expect(verifyPolicySignature(jws, { ...policy, ...change }, [olga.key])).rejects.toMatchObject(invalid);
    }
  });

  test('is not an approval, nor any other JWS', async () => {
    for (const typ of ['ferrohsm-approval+jws', 'JWT', 'FERROHSM-POLICY+JWS', undefined]) {
      await expect(check(signed(shut, 7, { by: olga, header: { typ } }))).rejects.toMatchObject(invalid);
    }
    const approval = {
      v: 1,
      operation: policy.sha256,
      decision: 'approve',
      person: 'olga',
      audience,
      iat: 1_800_000_000,
    };
    const typ = 'ferrohsm-approval+jws';
    const consent = compactJws({ alg: algorithm, typ, kid: olga.key.id }, JSON.stringify(approval), olga.secret);
    await expect(check(consent)).rejects.toMatchObject(invalid);
    const renamed = encode({ alg: algorithm, typ: 'ferrohsm-policy+jws', kid: olga.key.id });
    await expect(check([renamed, ...consent.split('.').slice(1)].join('.'))).rejects.toMatchObject(invalid);
  });

  test('has the algorithm of the key, and no other', async () => {
    for (const alg of ['none', 'HS256', 'RS256', 'ES384', ...algorithms].filter((name) => name !== algorithm)) {
      const changed = { alg, typ: 'ferrohsm-policy+jws', kid: olga.key.id };
      await expect(check(`${encode(changed)}.${payload}.${signature}`)).rejects.toMatchObject(invalid);
      await expect(check(`${encode(changed)}.${payload}.`)).rejects.toMatchObject(invalid);
      await expect(check(signed(shut, 7, { by: olga, header: { alg } }))).rejects.toMatchObject(invalid);
    }
    const keyed = `${encode({ alg: 'HS256', typ: 'ferrohsm-policy+jws', kid: olga.key.id })}.${payload}`;
    const mac = createHmac('sha256', olga.key.jwk ?? '')
      .update(keyed)
      .digest('base64url');
    await expect(check(`${keyed}.${mac}`)).rejects.toMatchObject(invalid);
    const passkey = { ...olga.key, kind: 'passkey' } as const;
    await expect(check(jws, [passkey])).rejects.toMatchObject(invalid);
  });

  test('is lost with any changed, missing or further part', async () => {
    const flipped = Buffer.from(signature, 'base64url');
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    const short = Buffer.from(signature, 'base64url').subarray(1).toString('base64url');
    const broken = [
      `${header}.${payload}.${flipped.toString('base64url')}`,
      `${header}.${payload}.${short}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${jws}.${signature}`,
      `${payload}.${payload}.${signature}`,
      signature,
      '',
      '..',
    ];
    for (const candidate of broken) await expect(check(candidate)).rejects.toMatchObject(invalid);
  });

  test.each(['null', '7', '"v"', '[]', '{', '', '\u0000'])('has an object for payload, not %j', async (text) => {
    const described = { alg: algorithm, typ: 'ferrohsm-policy+jws', kid: olga.key.id };
    await expect(check(compactJws(described, text, olga.secret))).rejects.toMatchObject(invalid);
  });
});

test('an ES256 signature is r and s, not DER', async () => {
  const olga = signer('ES256');
  const input = signed(shut, 7, { by: olga }).split('.').slice(0, 2).join('.');
  const der = sign('sha256', Buffer.from(input), olga.secret);
  expect(verify('sha256', Buffer.from(input), olga.secret, der)).toBe(true);
  const jws = `${input}.${der.toString('base64url')}`;
  await expect(verifyPolicySignature(jws, policy, [olga.key])).rejects.toMatchObject(invalid);
});
