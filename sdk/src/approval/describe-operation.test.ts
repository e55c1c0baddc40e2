import { describe, expect, test } from 'vitest';
import { describeCall, describeOperation } from './describe-operation.ts';
import { heldOperation } from './test-approval.ts';

const times = { issuedAt: Date.UTC(2026, 10, 24, 12), expiresAt: Date.UTC(2026, 10, 24, 13) };

test('an export is said in words, with every parameter and until when', () => {
  expect(describeOperation(heldOperation(times))).toEqual([
    'alice wants to get the SECRET of the key payments/signing out of the sidecar',
    '  format: pkcs8',
    '  name: payments/signing',
    'operation: keys.export',
    'acts on: key_AAAAAAAAAAAAAAAAAAAAAA/1, as it is in state key_AAAAAAAAAAAAAAAAAAAAAA@3',
    'sidecar: hsm.example/host/audit',
    'asked at: 2026-11-24T12:00:00.000Z',
    'good until: 2026-11-24T13:00:00.000Z',
  ]);
});

test('what is within a parameter is shown too, and bytes as what they hash to', () => {
  const params = JSON.stringify({
    data: { bytes: 120, sha256: 'C'.repeat(43) },
    principal: { credentials: [{ uid: 1000 }, { socket: 'app' }], id: 'eve', kind: 'person', roles: [] },
  });
  const lines = describeOperation(heldOperation({ method: 'principals.set', action: 'principals.set', params }));
  expect(lines[0]).toBe('alice wants to create or replace the principal eve');
  expect(lines.slice(1, 7)).toEqual([
    `  data: 120 bytes with SHA-256 ${'C'.repeat(43)}`,
    '  principal.credentials[1].uid: 1000',
    '  principal.credentials[2].socket: app',
    '  principal.id: eve',
    '  principal.kind: person',
    '  principal.roles: empty list',
  ]);
});

test('whoever can read what is exported is named', () => {
  const publicKey = { bytes: 44, sha256: 'C'.repeat(43) };
  const importId = `imp_${'A'.repeat(22)}`;
  const wish = (wrapping: object) => {
    const params = JSON.stringify({ format: 'pkcs8', name: 'web/tls', wrapping });
    return describeOperation(heldOperation({ params }));
  };
  const [forRecipient, , , ...members] = wish({ importId, name: 'HPKE-X25519', publicKey });
  expect(forRecipient).toBe(
    `alice wants to get the SECRET of the key web/tls out of the sidecar, encrypted for the public key with SHA-256 ${'C'.repeat(43)}`,
  );
  expect(members.slice(0, 3)).toEqual([
    `  wrapping.importId: ${importId}`,
    '  wrapping.name: HPKE-X25519',
    `  wrapping.publicKey: 44 bytes with SHA-256 ${'C'.repeat(43)}`,
  ]);
  const [underKey] = wish({ key: `key_${'A'.repeat(22)}/2`, name: 'AES-KWP' });
  expect(underKey).toBe(
    `alice wants to get the SECRET of the key web/tls out of the sidecar, encrypted under the key key_${'A'.repeat(22)}/2`,
  );
  expect(wish({ name: 'AES-KWP' })[0]).toContain('encrypted under the key nothing');
});

describe('a key that wraps', () => {
  const kek = `key_${'A'.repeat(22)}/2`;
  const leaving = `key_${'B'.repeat(22)}/1`;
  const keyNames = { [kek]: 'vault/kek', [leaving]: 'web/tls' };
  const released = 'alice wants to get the SECRET of the key web/tls out of the sidecar';
  const exported = (name: string) =>
    describeOperation(
      heldOperation({
        resource: leaving,
        keyNames,
        params: JSON.stringify({ format: 'pkcs8', name: 'web/tls', wrapping: { key: kek, name } }),
      }),
    );
  const wrapped = (wrappingKey: string) => {
    const params = { format: 'raw', key: leaving, wrapAlgorithm: { name: 'AES-KW' }, wrappingKey };
    const method = { method: 'subtle.wrapKey', action: 'subtle.wrapKey', resource: leaving };
    return describeOperation(heldOperation({ ...method, keyNames, params: JSON.stringify(params) }));
  };

  test('is known by its name, and who can open what it wraps is told', () => {
    const readers = 'whoever may unwrap or decrypt with that can read it';
    expect(exported('AES-KWP')[0]).toBe(`${released}, encrypted under the key vault/kek`);
    expect(exported('AES-KW')[0]).toBe(`${released}, encrypted under the key vault/kek: ${readers}`);
    expect(wrapped(kek)[0]).toBe(`${released}, encrypted under the key vault/kek: ${readers}`);
    expect(exported('AES-KWP')).toEqual(
      expect.arrayContaining([`${kek} is the key vault/kek`, `${leaving} is the key web/tls`]),
    );
  });

  test('of the requester’s own session hides nothing from the requester', () => {
    const [wish] = wrapped(`ses_${'C'.repeat(22)}`);
    expect(wish).toBe(`${released}, encrypted under a session key of alice, WHO CAN READ IT`);
  });

  test('has the name that was signed, escaped', () => {
    const operation = heldOperation({ method: 'subtle.sign', resource: kek, keyNames: { [kek]: '\u001b[2Jgood' } });
    expect(describeOperation(operation).join()).not.toContain('\u001b');
    const inherited = heldOperation({ method: 'subtle.sign', resource: 'toString', keyNames: {} });
    expect(describeOperation(inherited)[0]).toBe('alice wants to sign with the key toString');
  });
});

test.each([
  ['RSA-RAW', 'alice wants to decrypt or SIGN with the key toString'],
  ['RSA-OAEP', 'alice wants to decrypt with the key toString'],
])('decryption by %s says what it may be', (name, wish) => {
  const params = JSON.stringify({ algorithm: { name }, data: 'AA', key: 'toString' });
  const operation = heldOperation({ method: 'subtle.decrypt', resource: 'toString', keyNames: {}, params });
  expect(describeOperation(operation)[0]).toBe(wish);
});

test('a method that has no words of its own is named', () => {
  const operation = heldOperation({ method: 'some.thing', action: 'other.thing', params: '{}', resourceState: '' });
  const lines = describeOperation({ ...operation, resource: 'system' });
  expect(lines.slice(0, 3)).toEqual([
    'alice wants to call some.thing on system',
    'operation: some.thing (action other.thing)',
    'acts on: system',
  ]);
});

test('a policy text is shown line by line', () => {
  const params = JSON.stringify({ text: '@id("a")\npermit (principal, action, resource);' });
  const lines = describeOperation(heldOperation({ method: 'policy.load', params }));
  expect(lines).toContain('    | permit (principal, action, resource);');
});

describe('nothing is hidden', () => {
  test.each([
    ['a member that is there twice', '{"name":"good","name":"evil"}'],
    ['what is not JSON', 'name=evil'],
    ['a list', '["evil"]'],
    ['another order', '{"z":1,"a":"evil"}'],
  ])('%s is shown as it was frozen', (_, params) => {
    expect(describeOperation(heldOperation({ params }))).toContain(`  params: ${params}`);
  });

  test('escapes, marks that turn text around and line ends cannot forge a line', () => {
    const name = 'x\u001b[2K\u202egood\u2028\r';
    const lines = describeOperation(heldOperation({ params: JSON.stringify({ name }), requester: name }));
    const escaped = 'x\\u{1b}[2K\\u{202e}good\\u{2028}\\u{d}';
    expect(lines).toContain(`  name: ${escaped}`);
    expect(lines[0]).toContain(`${escaped} wants to`);
    expect(lines.join('')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  });
});

test('a call that is about to be made is said in the same words, with what it is about', () => {
  expect(describeCall('keys.destroy', { name: 'payments/old', windowSeconds: 60 })).toEqual([
    'DESTROY the key payments/old and all that only it can read',
    '  name: payments/old',
    '  windowSeconds: 60',
  ]);
  expect(describeCall('some.thing', { key: 'key_x\u001b[2J' })[0]).toBe('call some.thing on key_x\\u{1b}[2J');
  expect(describeCall('keystore.rotate', {})).toEqual(['seal all keys under a new key encryption key']);
});
