import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from 'vitest';
import type { ClientOptions } from 'ws';
import { TestAuthority, type TestCertificate } from '../../sidecar/src/transport/test-authority.ts';
import { WireClient, type WireResponse } from '../wire/wire-client.ts';
import { codeOf } from './assembly.ts';
import { LiveSidecar, liveSidecar, serveWords, writeConfig } from './live-sidecar.ts';
import { WebSocketClient } from './websocket-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const authority = new TestAuthority(folder, 'authority');
const stranger = new TestAuthority(folder, 'stranger');
const server = authority.issue('server', { extensions: ['subjectAltName=IP:127.0.0.1'] });
const workload = (name: string, from = authority) =>
  from.issue(name, { extensions: [`subjectAltName=URI:spiffe://example.org/${name}`] });
const payments = workload('payments');
const standIn = workload('payments-b');
const ada = authority.issue('ada', { subject: '/O=Example/CN=ada' });
const list = join(folder, 'list.pem');
authority.writeList(list);

const issuer = generateKeyPairSync('ed25519');
const issuers = [
  {
    ...{ name: 'ci', issuer: 'https://ci.example', audience: ['ferrohsm'] },
    jwks: { keys: [{ ...issuer.publicKey.export({ format: 'jwk' }), kid: '1', alg: 'EdDSA' }] },
  },
];

const sidecar = liveSidecar({
  arguments: [
    ...['--websocket', '127.0.0.1:0', '--tls-client-ca', authority.certificate, '--tls-crl', list],
    ...['--tls-certificate', server.certificate, '--tls-key', server.privateKey],
  ],
  prepare: (folders) => {
    const principals = [
      {
        ...{ id: 'ada', kind: 'person', roles: ['Administrator'] },
        credentials: [{ certificateSubject: 'CN=ada,O=Example' }],
      },
      {
        ...{ id: 'payments', kind: 'workload', owner: 'ada', roles: ['Service'] },
        credentials: [
          { spiffe: 'spiffe://example.org/payments' },
          { spiffe: 'spiffe://example.org/payments-b' },
          { issuer: 'ci', subject: 'payments' },
        ],
      },
      {
        ...{ id: 'build', kind: 'workload', owner: 'ada', roles: ['Service'] },
        credentials: [{ issuer: 'ci', subject: 'build' }],
      },
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ principals }));
    writeConfig(folders, 'issuers.json', JSON.stringify({ issuers }));
  },
});

function identity({ certificate, privateKey }: TestCertificate): ClientOptions {
  return { cert: readFileSync(certificate), key: readFileSync(privateKey), ca: readFileSync(authority.certificate) };
}

function dial(shown: ClientOptions): Promise<WebSocketClient> {
  return WebSocketClient.connect(sidecar.process.url as string, shown);
}

async function hello(shown: TestCertificate, params: object = {}): Promise<WireResponse> {
  const client = await dial(identity(shown));
  const answer = await client.hello(params);
  client.close();
  return answer;
}

/** RFC 8705 section 3.1, computed by openssl. */
function thumbprint({ certificate }: TestCertificate): string {
  const der = execFileSync('openssl', ['x509', '-in', certificate, '-outform', 'DER']);
  return execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: der }).toString('base64url');
}

function token(sub: string, claims: object = {}): string {
  const iat = Math.floor(Date.now() / 1000);
  const payload = {
    iss: 'https://ci.example',
    aud: 'ferrohsm',
    sub,
    iat,
    exp: iat + 300,
    jti: randomUUID(),
    ...claims,
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ alg: 'EdDSA', kid: '1', typ: 'JWT' })}.${encode(payload)}`;
  return `${input}.${sign(null, Buffer.from(input), issuer.privateKey).toString('base64url')}`;
}

describe('a client certificate', () => {
  test('is a principal by its SPIFFE id, or by its subject', async () => {
    expect(sidecar.process.url).toMatch(/^wss:/);
    const { result } = await hello(payments);
    expect(result).toMatchObject({ principal: { id: 'payments', credential: { kind: 'certificate' } } });
    expect((await hello(ada)).result).toMatchObject({ principal: { id: 'ada', kind: 'person' } });
  });

  test('is demanded, of the right authority', async () => {
    const ca = readFileSync(authority.certificate);
    await expect(dial({ ca })).rejects.toThrow();
    await expect(dial({ ...identity(workload('payments', stranger)), ca })).rejects.toThrow();
    await expect(dial({ ...identity(payments), maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  test('of nobody here is refused', async () => {
    expect(await codeOf(hello(workload('unknown')))).toBe('unauthenticated');
    const other = authority.issue('other-ada', { subject: '/O=Example/OU=Ops/CN=ada' });
    expect(await codeOf(hello(other))).toBe('unauthenticated');
  });

  test('ends its session when it is revoked', async () => {
    const doomed = workload('payments');
    const client = await dial(identity(doomed));
    expect(await codeOf(client.hello())).toBe('ok');
    const other = await dial(identity(standIn));
    expect(await codeOf(other.hello())).toBe('ok');
    authority.revoke(doomed);
    authority.writeList(list);
    await client.closed;
    await expect(dial(identity(doomed))).rejects.toThrow();
    expect(await codeOf(other.call('system.random', { length: 8 }))).toBe('ok');
    other.close();
  });
});

describe('a token beside a certificate', () => {
  test('that is bound to this certificate is taken, bound to another it is not', async () => {
    const bound = token('payments', { cnf: { 'x5t#S256': thumbprint(standIn) } });
    const { result } = await hello(standIn, { token: bound });
    expect(result).toMatchObject({ principal: { id: 'payments', credential: { kind: 'jwt' } } });
    const moved = token('payments', { cnf: { 'x5t#S256': thumbprint(ada) } });
    expect(await codeOf(hello(standIn, { token: moved }))).toBe('unauthenticated');
    expect(await codeOf(hello(standIn, { token: token('payments') }))).toBe('ok');
  });

  test('must lead to the same principal', async () => {
    expect(await codeOf(hello(standIn, { token: token('build') }))).toBe('unauthenticated');
  });
});

test('key agreement is hybrid: the ServerHello has a share of X25519MLKEM768', async () => {
  const { host, port } = new URL(sidecar.process.url as string);
  const received: Buffer[] = [];
  const tap = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    far.on('data', (chunk: Buffer) => received.push(chunk));
    near.pipe(far).pipe(near);
    for (const side of [near, far]) side.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(tap, 'listening');
  const through = `wss://127.0.0.1:${(tap.address() as AddressInfo).port}`;
  const client = await WebSocketClient.connect(through, { ...identity(standIn), headers: { host } });
  expect(await codeOf(client.hello())).toBe('ok');
  client.close();
  await client.closed;
  tap.close();
  // Extension key_share (51), 1124 bytes: group 0x11ec, 1120 bytes of ciphertext and public key.
  expect(Buffer.concat(received).toString('hex')).toContain('0033046411ec0460');
});

/** Opens the socket of a systemd socket unit as descriptor 3, and becomes the program (sd_listen_fds(3)). */
const launcher = `
import os, socket, sys
path, *command = sys.argv[1:]
s = socket.socket(socket.AF_UNIX); s.bind(path)
os.chmod(path, 0o660); s.listen()
os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='payments')
os.execv(command[0], command)`;

test('a socket of systemd is served under its name, which is the credential', async () => {
  const { folders } = new LiveSidecar();
  const own = { id: 'ada', kind: 'person', roles: ['Administrator'], credentials: [{ certificateSubject: 'CN=ada' }] };
  const served = { id: 'payments', kind: 'workload', owner: 'ada', roles: [], credentials: [{ socket: 'payments' }] };
  writeConfig(folders, 'principals.json', JSON.stringify({ principals: [own, served] }));
  const path = join(folders.root, 'payments.sock');
  mkdirSync(join(folders.root, 'run'), { mode: 0o700 });
  const words = serveWords(folders);
  words.splice(words.indexOf('--socket'), 2, '--systemd-sockets');
  const child = spawn('python3', ['-c', launcher, path, process.execPath, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    for await (const line of createInterface({ input: child.stdout })) if (line === '}') break;
    const client = await WireClient.greeted(path);
    const { result } = await client.call('session.whoami', {});
    expect(result).toMatchObject({ principal: { id: 'payments', credential: { kind: 'socket' } } });
    await client.close();
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  // The file is systemd's.
  expect(existsSync(path)).toBe(true);
  rmSync(folders.root, { recursive: true });
});
