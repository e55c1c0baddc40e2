import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientOptions } from 'ws';
import type { TestCertificate } from './test-authority.ts';
import { echoing } from './test-peer.ts';
import {
  authority,
  clearPlace,
  client,
  closeClients,
  identity,
  makePlace,
  open,
  removeCertificates,
  start,
  stranger,
} from './test-tls.ts';
import { listenWebSocket } from './websocket.ts';

beforeEach(makePlace);
afterEach(clearPlace);
afterAll(removeCertificates);

function openssl(...words: string[]): string {
  return execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

describe('a client certificate', () => {
  it('is told as openssl shows it', async () => {
    const { url, accepted } = await start();
    expect(url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+$/);
    expect((await open(url)).outcome).toBe('open');
    const der = execFileSync('openssl', ['x509', '-in', client.certificate, '-outform', 'DER']);
    const digest = execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: der });
    const end = openssl('x509', '-in', client.certificate, '-noout', '-enddate').replace('notAfter=', '');
    expect(accepted[0]?.connection.peer).toEqual({
      transport: 'websocket',
      remoteAddress: '127.0.0.1',
      certificate: {
        spiffe: 'spiffe://example.org/payments',
        subject: 'CN=client',
        thumbprint: digest.toString('base64url'),
        notAfter: Date.parse(end),
      },
    });
  });

  it.each<[string, string, () => ClientOptions]>([
    ['none', 'alert certificate required', () => ({})],
    ['of another authority', 'refused', () => identity(stranger.issue('client'))],
    ['expired', 'refused', () => identity(authority.issue('old', { endsAt: Date.now() - 60_000 }))],
    ['not valid yet', 'refused', () => identity(authority.issue('new', { startsAt: Date.now() + 3_600_000 }))],
    [
      'for servers only',
      'refused',
      () => identity(authority.issue('tls', { extensions: ['extendedKeyUsage=serverAuth'] })),
    ],
    ['over TLS 1.2', 'alert protocol version', () => ({ ...identity(client), maxVersion: 'TLSv1.2' })],
    ['with two URIs', '403', () => identity(twoUris())],
  ])('%s: %s', async (_, outcome, options) => {
    const { url, accepted, refused } = await start();
    const opened = await open(url, options());
    if (outcome === 'refused') expect(opened.outcome).toBe('ECONNRESET');
    else expect(String(opened.outcome)).toBe(outcome);
    expect(accepted).toHaveLength(0);
    expect(refused).toEqual([expect.stringMatching(outcome === '403' ? / certificate$/ : / tls$/)]);
    expect((await open(url)).outcome).toBe('open');
  });

  it('one URI that is no workload of SPIFFE is no name', async () => {
    const { url, accepted } = await start();
    const names = ['URI:spiffe://Example.org/a', 'URI:spiffe://example.org', 'URI:https://example.org/a'];
    const made = names.map((name, index) => authority.issue(`odd${index}`, { extensions: [`subjectAltName=${name}`] }));
    for (const each of made) expect((await open(url, identity(each))).outcome).toBe('open');
    const signer = {
      extensions: ['subjectAltName=URI:spiffe://example.org/a', 'keyUsage=digitalSignature,keyCertSign'],
    };
    expect((await open(url, identity(authority.issue('signer', signer)))).outcome).toBe('open');
    const peers = accepted.map(({ connection }) => connection.peer);
    expect(peers).toHaveLength(4);
    for (const peer of peers) {
      expect(peer).toMatchObject({ certificate: { subject: expect.any(String) } });
      expect(peer).not.toHaveProperty('certificate.spiffe');
    }
  });

  it('ends the connection with its time', async () => {
    const { url, accepted } = await start();
    const endsAt = Date.now() + 2500;
    const { outcome, closed } = await open(url, identity(authority.issue('brief', { endsAt })));
    expect(outcome).toBe('open');
    await closed;
    await accepted[0]?.closed;
    expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(endsAt / 1000) * 1000);
  });

  it('is verified at every connection: no session is resumed', async () => {
    const { port } = await start();
    const options = { port, host: '127.0.0.1', ca: readFileSync(authority.certificate), ...identity(client) };
    const first = connectTls(options);
    const session = await new Promise<Buffer>((resolve) => first.once('session', resolve));
    const second = connectTls({ ...options, session });
    await new Promise((resolve) => second.once('secureConnect', resolve));
    const isReused = second.isSessionReused();
    for (const socket of [first, second]) socket.destroy();
    expect(isReused).toBe(false);
  });
});

function twoUris(): TestCertificate {
  return authority.issue('two', {
    extensions: ['subjectAltName=URI:spiffe://example.org/a,URI:spiffe://example.org/b'],
  });
}

describe('key agreement', () => {
  it('is hybrid: the ServerHello on the wire has a share of X25519MLKEM768', async () => {
    const { port } = await start();
    const received: Buffer[] = [];
    const tap = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      far.on('data', (chunk: Buffer) => received.push(chunk));
      near.pipe(far).pipe(near);
      for (const side of [near, far]) side.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => tap.once('listening', resolve));
    const { outcome } = await open(`wss://127.0.0.1:${(tap.address() as AddressInfo).port}`, {
      ...identity(client),
      headers: { host: `127.0.0.1:${port}` },
    });
    expect(outcome).toBe('open');
    // Extension key_share (51), 1124 bytes: group 0x11ec, 1120 bytes of ciphertext and public key.
    expect(Buffer.concat(received).toString('hex')).toContain('0033046411ec0460');
    closeClients();
    await new Promise((resolve) => tap.close(resolve));
  });

  it('falls back to X25519 for a client that knows no other', async () => {
    const { url } = await start();
    expect((await open(url, { ...identity(client), ecdhCurve: 'X25519' })).outcome).toBe('open');
    expect((await open(url, { ...identity(client), ecdhCurve: 'P-521' })).outcome).not.toBe('open');
  });
});

describe('addresses', () => {
  it('with TLS any address is served; Host and Origin are checked as without', async () => {
    const { port } = await start({
      host: '0.0.0.0',
      allowedHosts: ['hsm.example'],
      allowedOrigins: ['https://app.example'],
    });
    const url = `wss://127.0.0.1:${port}`;
    const with_ = (headers: Record<string, string>) => open(url, { ...identity(client), headers });
    expect((await open(url)).outcome).toBe('open');
    expect((await with_({ host: 'hsm.example', origin: 'https://app.example' })).outcome).toBe('open');
    expect((await with_({ host: 'evil.example' })).outcome).toBe(421);
    expect((await with_({ origin: 'https://evil.example' })).outcome).toBe(403);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'localhost', '127.0.0.2'])('without TLS %s is refused', async (host) => {
    const options = { host, port: 0, allowedOrigins: [], allowedHosts: [] };
    await expect(listenWebSocket(options, echoing().accept)).rejects.toMatchObject({ code: 'config_invalid' });
  });
});
