import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateApprovalKey, publicApprovalKey } from './approval-key.ts';
import { type Ceremony, holdCeremony } from './ceremony.ts';
import { init } from './commands/init.ts';
import { parseCustodians } from './custodians.ts';
import { createProgram } from './program.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const own = publicApprovalKey(generateApprovalKey('ES256'));

function ceremony(change: Partial<Ceremony> = {}): Ceremony {
  return {
    custodians: [{ id: 'alice', uid: 1000 }, { id: 'bob' }, { id: 'ops/carol', uid: 1002, approvalKey: own }],
    configFolder: join(folder, 'config'),
    secretsFolder: join(folder, 'secrets'),
    algorithm: 'EdDSA',
    policy: 'permit (principal, action, resource);',
    ...change,
  };
}

describe('the ceremony', () => {
  test('writes records of the custodians, whose secrets fit them', () => {
    const belongings = holdCeremony(ceremony());
    const config = JSON.parse(readFileSync(join(folder, 'config/principals.json'), 'utf8'));
    expect(config.governance).toBe('records');
    const [alice, bob, carol] = config.principals;
    for (const record of config.principals) {
      expect(record).toMatchObject({ kind: 'person', roles: ['Administrator', 'Officer'] });
    }
    expect(alice.credentials).toEqual([{ uid: 1000 }]);
    const token = readFileSync(join(folder, 'secrets/bob.token'), 'utf8').trim();
    expect(bob.credentials).toEqual([{ tokenSha256: createHash('sha256').update(token).digest('base64url') }]);
    expect(carol.approvalKeys).toEqual([own]);
    const publicKey = createPublicKey(createPrivateKey(readFileSync(join(folder, 'secrets/alice.key'))));
    const { x } = publicKey.export({ format: 'jwk' });
    expect(JSON.parse(alice.approvalKeys[0].jwk)).toEqual({ kty: 'OKP', crv: 'Ed25519', x });
    expect(belongings).toEqual([
      { id: 'alice', keyId: alice.approvalKeys[0].id, keyFile: join(folder, 'secrets/alice.key') },
      {
        id: 'bob',
        keyId: bob.approvalKeys[0].id,
        keyFile: join(folder, 'secrets/bob.key'),
        tokenFile: join(folder, 'secrets/bob.token'),
      },
      { id: 'ops/carol', keyId: own.id },
    ]);
  });

  test('leaves nothing that others can read', () => {
    holdCeremony(ceremony());
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const status = statSync(join(folder, name));
      expect([name, status.mode & 0o777]).toEqual([name, status.isFile() ? 0o600 : 0o700]);
    }
  });

  test('leaves nothing at all when it fails', () => {
    holdCeremony(ceremony({ configFolder: join(folder, 'other'), secretsFolder: join(folder, 'elsewhere') }));
    writeFileSync(join(folder, 'other/policy.cedar'), 'mine');
    rmSync(join(folder, 'other/principals.json'));
    expect(() => holdCeremony(ceremony({ configFolder: join(folder, 'other') }))).toThrow(
      expect.objectContaining({ exitStatus: 73 }),
    );
    expect(readdirSync(join(folder, 'secrets'))).toEqual([]);
    expect(readdirSync(join(folder, 'other'))).toEqual(['policy.cedar']);
    expect(readFileSync(join(folder, 'other/policy.cedar'), 'utf8')).toBe('mine');
  });
});

describe('ferrohsm init', () => {
  const run = (...words: string[]) =>
    createProgram().parseAsync(
      ['init', '--quiet', '--yes', '--config', join(folder, 'c'), '--secrets', join(folder, 's'), ...words],
      { from: 'user' },
    );

  test('refuses fewer custodians than the policies need', async () => {
    const policy = join(folder, 'p.cedar');
    writeFileSync(policy, '@id("g") forbid (principal, action, resource) unless { context.approvals >= 2 };');
    const two = ['--custodian', 'alice:1', '--custodian', 'bob:2'];
    await expect(run('--policy', policy, ...two)).rejects.toMatchObject({
      exitStatus: 2,
      message: expect.stringMatching(/^3 custodians/),
    });
    await expect(run('--custodian', 'alice:1')).rejects.toMatchObject({ exitStatus: 2 });
    expect(existsSync(join(folder, 'c'))).toBe(false);
  });

  test('refuses a configuration that is there, and changes none of it', async () => {
    const two = ['--custodian', 'alice:1', '--custodian', 'bob:2'];
    holdCeremony(ceremony({ configFolder: join(folder, 'c') }));
    const before = readFileSync(join(folder, 'c/principals.json'));
    await expect(run(...two)).rejects.toMatchObject({ exitStatus: 6 });
    expect(readFileSync(join(folder, 'c/principals.json'))).toEqual(before);
    expect(existsSync(join(folder, 's'))).toBe(false);
  });

  test('opens no connection', () => {
    expect(init.offline).toBe(true);
  });
});

describe('not custodians are', () => {
  const key = () => {
    const path = join(folder, 'key.json');
    writeFileSync(path, JSON.stringify(own));
    return path;
  };

  test.each([
    [['alice:x'], []],
    [['-alice'], []],
    [['alice:4294967295'], []],
    [['alice', 'alice:5'], []],
    [['alice:5', 'bob:5'], []],
    [['alice'], ['bob=key.json']],
    [['alice'], ['=key.json']],
  ])('%j with the keys %j', (names, keys) => {
    expect(() => parseCustodians(names, keys)).toThrow(expect.objectContaining({ exitStatus: 2 }));
  });

  test('two with one key', () => {
    const path = key();
    const keys = [`alice=${path}`, `bob=${path}`];
    expect(() => parseCustodians(['alice', 'bob'], keys)).toThrow(expect.objectContaining({ exitStatus: 2 }));
    expect(parseCustodians(['alice:7'], [`alice=${path}`])).toEqual([{ id: 'alice', uid: 7, approvalKey: own }]);
  });

  test('those with a file that is no key', () => {
    const path = join(folder, 'other.json');
    writeFileSync(path, '{"id":"x"}');
    expect(() => parseCustodians(['alice'], [`alice=${path}`])).toThrow(expect.objectContaining({ exitStatus: 65 }));
  });
});
