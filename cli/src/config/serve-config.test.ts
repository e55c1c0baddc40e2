import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signConfig } from './config-signature.ts';
import { type ConfigHost, loadServeConfig } from './serve-config.ts';
import { settings } from './settings.ts';

const places = { state: '/var/lib/ferrohsm', config: '/etc/ferrohsm', socket: '/run/ferrohsm.sock' };

function hostOf(
  files: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
): ConfigHost {
  const contents = new Map(Object.entries(files));
  const read = (path: string) => {
    const text = contents.get(path);
    return text === undefined ? undefined : Buffer.from(text);
  };
  return { environment, places, read };
}

const file = '/etc/ferrohsm/ferrohsm.yaml';

function load(text: string | undefined, flags: object = {}, environment: Readonly<Record<string, string>> = {}) {
  return loadServeConfig(flags, hostOf(text === undefined ? {} : { [file]: text }, environment));
}

test('without anything the defaults are in force', () => {
  const { options, values, configFolder, file: none } = load(undefined);
  expect(none).toBeUndefined();
  expect(configFolder).toBe('/etc/ferrohsm');
  expect(options).toMatchObject({ state: '/var/lib/ferrohsm', rootKey: '/etc/ferrohsm/root.key', drain: 5 });
  expect(options.socket).toEqual([{ name: 'default', path: '/run/ferrohsm.sock' }]);
  expect([...values.values()].every(({ origin }) => origin.from === 'default')).toBe(true);
  expect(options).not.toHaveProperty('websocket');
});

test('flags go over the environment, that over the file, and it over defaults', () => {
  const text = 'sessions:\n  idleSeconds: 1\n  maxSeconds: 1\napprovals: { lifetimeSeconds: 1 }\n';
  const environment = { FERROHSM_SESSIONS_MAX_SECONDS: '2', FERROHSM_APPROVALS_LIFETIME_SECONDS: '2' };
  const { values, options } = load(text, { approvalLifetime: 3 }, environment);
  expect(options).toMatchObject({ sessionIdle: 1, sessionMax: 2, approvalLifetime: 3, drain: 5 });
  expect(values.get('sessions.idleSeconds')?.origin).toEqual({ from: 'file', name: file, line: 2 });
  expect(values.get('sessions.maxSeconds')?.origin).toEqual({
    from: 'environment',
    name: 'FERROHSM_SESSIONS_MAX_SECONDS',
  });
  expect(values.get('approvals.lifetimeSeconds')?.origin).toEqual({ from: 'flag', name: '--approval-lifetime' });
  expect(values.get('drainSeconds')?.origin).toEqual({ from: 'default' });
});

test('whoever names a place of the root key names all of it', () => {
  const text = 'rootKey:\n  command: /bin/key\n  arguments: [--slot=1]\n';
  expect(load(text).options).toMatchObject({ rootKeyCommand: '/bin/key', rootKeyArgument: ['--slot=1'] });
  expect(load(text).options).not.toHaveProperty('rootKey');
  const { options } = load(text, { rootKeyShares: true });
  expect(options).toMatchObject({ rootKeyShares: true });
  expect(options).not.toHaveProperty('rootKeyCommand');
  expect(options).not.toHaveProperty('rootKeyArgument');
});

test('relative paths count from the folder of the file', () => {
  const text = 'state: ../s\nsockets: [{path: a.sock}]\napprovals: {commands: [tell, /bin/tell]}\nrootKey: {file: k}\n';
  const { options } = load(text);
  expect(options).toMatchObject({ state: '/etc/s', rootKey: '/etc/ferrohsm/k' });
  expect(options.socket).toEqual([{ path: '/etc/ferrohsm/a.sock' }]);
  expect(options.approvalCommand).toEqual(['/etc/ferrohsm/tell', '/bin/tell']);
});

describe('the environment', () => {
  const examples: Readonly<Record<string, readonly [string, unknown]>> = {
    text: ['x', 'x'],
    number: ['7', 7],
    boolean: ['true', true],
    list: ['["a","b"]', ['a', 'b']],
    socket: ['/a.sock,mode=0660', { path: '/a.sock', mode: '0660' }],
    sockets: ['app=/a.sock,mode=0660', [{ name: 'app', path: '/a.sock', mode: '0660' }]],
  };
  const ownExamples: Readonly<Record<string, readonly [string, unknown]>> = {
    sessionKeyAudit: ['buffered', 'buffered'],
    'approvals.webhooks': ['https://a', ['https://a']],
    'log.format': ['json', 'json'],
    'log.level': ['debug', 'debug'],
    'traces.url': ['http://127.0.0.1:4318', 'http://127.0.0.1:4318'],
  };
  test.each(settings.map((setting) => [setting.environment, setting] as const))('%s is read', (name, setting) => {
    const [text, value] = ownExamples[setting.key] ?? examples[setting.kind] ?? [];
    const { values } = load(undefined, {}, { [name]: String(text) });
    expect(values.get(setting.key)).toEqual({ value, origin: { from: 'environment', name } });
  });

  test('a list may be its one element', () => {
    const { options } = load(undefined, {}, { FERROHSM_NETWORK_ALLOW_HOSTS: 'hsm.example:7420' });
    expect(options.allowHost).toEqual(['hsm.example:7420']);
  });

  test.each([
    ['FERROHSM_SYSTEMD_SOCKETS', '1'],
    ['FERROHSM_DRAIN_SECONDS', '-1'],
    ['FERROHSM_DRAIN_SECONDS', '601'],
    ['FERROHSM_DRAIN_SECONDS', ''],
    ['FERROHSM_SESSION_KEY_AUDIT', 'never'],
    ['FERROHSM_APPROVALS_WEBHOOKS', '["https://a", 1]'],
    ['FERROHSM_SOCKETS', '[]'],
  ])('%s=%s is refused', (name, value) => {
    expect(() => load(undefined, {}, { [name]: value })).toThrow(expect.objectContaining({ exitStatus: 78 }));
  });

  test('a name that is nearly one is refused, one of others is not', () => {
    const misspelt = { FERROHSM_WITNESES_REQUIRED: 'true' };
    expect(() => load(undefined, {}, misspelt)).toThrow(
      expect.objectContaining({ exitStatus: 78, hint: 'did you mean FERROHSM_WITNESSES_REQUIRED?' }),
    );
    const others = { FERROHSM_URL: 'ws://a', FERROHSM_TOKEN_FILE: 't', FERROHSM_VECTORS: '/v', FERROHSM_DEBUG: '1' };
    expect(load(undefined, {}, others).options.state).toBe(places.state);
  });

  test('FERROHSM_SOCKET moves the default socket and no other', () => {
    const environment = { FERROHSM_SOCKET: '/mine.sock' };
    const { values } = load(undefined, {}, environment);
    expect(values.get('sockets')).toEqual({
      value: [{ name: 'default', path: '/mine.sock' }],
      origin: { from: 'environment', name: 'FERROHSM_SOCKET' },
    });
    expect(load('sockets: [{ path: /a.sock }]', {}, environment).options.socket).toEqual([{ path: '/a.sock' }]);
    expect(load('systemdSockets: true', {}, environment).options).not.toHaveProperty('socket');
  });
});

describe('the file', () => {
  test('is named by flag or environment, and must be there then', () => {
    const host = hostOf(
      { '/a.yaml': 'drainSeconds: 1', '/b.yaml': 'drainSeconds: 2' },
      { FERROHSM_CONFIG_FILE: '/a.yaml' },
    );
    expect(loadServeConfig({}, host).options.drain).toBe(1);
    expect(loadServeConfig({ configFile: '/b.yaml' }, host).options.drain).toBe(2);
    expect(() => loadServeConfig({ configFile: '/c.yaml' }, host)).toThrow(expect.objectContaining({ exitStatus: 66 }));
  });

  test('is refused with its first fault and how many more there are', () => {
    expect(() => load('drainSeconds: x\nsesions: {}\nstate: 1\n')).toThrow(
      expect.objectContaining({
        exitStatus: 78,
        message: `${file}:1:15: drainSeconds must be a whole number (2 more: ferrohsm config check ${file})`,
      }),
    );
  });

  test('is UTF-8', () => {
    const host = { ...hostOf(), read: (path: string) => (path === file ? Buffer.of(0x61, 0xff) : undefined) };
    expect(() => loadServeConfig({}, host)).toThrow(expect.objectContaining({ exitStatus: 78 }));
  });
});

describe('with a key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const text = 'drainSeconds: 9\n';
  const key = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const signed = { [file]: text, [`${file}.sig`]: signConfig(Buffer.from(text), privateKey), '/key.pub': key };
  const withKey = { configKey: '/key.pub' };

  test('a signed file is taken', () => {
    const { file: found, options } = loadServeConfig(withKey, hostOf(signed));
    expect(options.drain).toBe(9);
    expect(found?.isSigned).toBe(true);
  });

  const otherKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { [`${file}.sig`]: signature, ...unsigned } = signed;
  const { [file]: _, ...gone } = signed;
  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['an altered file', { ...signed, [file]: `${text}\n` }, 78],
    ['an unsigned file', unsigned, 78],
    ['a file that was taken away', gone, 66],
    ['a cut signature', { ...signed, [`${file}.sig`]: signature.slice(0, 40) }, 78],
    ['no signature at all', { ...signed, [`${file}.sig`]: '' }, 78],
    ['another key', { ...signed, '/key.pub': otherKey }, 78],
    ['no key', { [file]: text, [`${file}.sig`]: signature }, 66],
    ['a key that is none', { ...signed, '/key.pub': 'key' }, 78],
    ['a private key', { ...signed, '/key.pub': privatePem }, 78],
  ])('%s stops the start', (_name, files, exitStatus) => {
    expect(() => loadServeConfig(withKey, hostOf(files))).toThrow(expect.objectContaining({ exitStatus }));
  });

  test('a key of another kind is refused', () => {
    const { privateKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => signConfig(Buffer.from(text), ec)).toThrow(expect.objectContaining({ exitStatus: 65 }));
  });

  test('ML-DSA signs too', () => {
    const pair = generateKeyPairSync('ml-dsa-65');
    const files = {
      ...signed,
      [`${file}.sig`]: signConfig(Buffer.from(text), pair.privateKey),
      '/key.pub': pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    };
    expect(loadServeConfig(withKey, hostOf(files)).file?.isSigned).toBe(true);
  });
});
