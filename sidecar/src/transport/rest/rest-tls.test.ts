import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Listener } from '../listener.ts';
import { TestAuthority, type TestCertificate } from '../test-authority.ts';
import { temporaryFolder } from '../test-peer.ts';
import { listenRest } from './rest-listener.ts';
import { flowThat } from './test-flow.ts';

const place = temporaryFolder();
let authority: TestAuthority;
let stranger: TestAuthority;
let server: TestCertificate;
let client: TestCertificate;
let list: string;
let listener: Listener | undefined;
const agents: Agent[] = [];

beforeAll(() => {
  authority = new TestAuthority(place.folder, 'authority');
  stranger = new TestAuthority(place.folder, 'stranger');
  server = authority.issue('server', { extensions: ['subjectAltName=IP:127.0.0.1'] });
  client = authority.issue('client', { extensions: ['subjectAltName=URI:spiffe://example.org/payments'] });
  list = join(place.folder, 'list.pem');
});
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await listener?.close();
});
afterAll(() => place.remove());

async function start() {
  authority.writeList(list);
  const flow = flowThat(() => ({ result: {} }));
  const tls = { ...server, clientCa: authority.certificate, crl: list };
  const listening = { host: '127.0.0.1', port: 0, allowedOrigins: [], allowedHosts: [], tls };
  listener = await listenRest(listening, flow.accept, { reloadIntervalMs: 10 });
  return { ...flow, address: listener.address };
}

function agentOf(options: object = identity(client)): Agent {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(authority.certificate), ...options });
  agents.push(agent);
  return agent;
}

function identity({ certificate, privateKey }: TestCertificate) {
  return { cert: readFileSync(certificate), key: readFileSync(privateKey) };
}

async function get(address: string, agent: Agent): Promise<{ status: number | undefined; protocol: string | null }> {
  const call = request(`${address}/v1/status`, { agent }).end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const protocol = (response.socket as TLSSocket).getProtocol();
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode, protocol };
}

it('tells the flow the certificate that the client holds', async () => {
  const { address, connections } = await start();
  expect(address).toMatch(/^https:/);
  expect(await get(address, agentOf())).toEqual({ status: 200, protocol: 'TLSv1.3' });
  expect(connections[0]?.connection.peer).toMatchObject({
    transport: 'rest',
    certificate: { spiffe: 'spiffe://example.org/payments', subject: 'CN=client' },
  });
});

it('agrees on a key that a quantum computer does not find', async () => {
  const { address } = await start();
  expect((await get(address, agentOf({ ...identity(client), ecdhCurve: 'X25519MLKEM768' }))).status).toBe(200);
});

it('refuses whoever has no certificate of the authority, and older protocols', async () => {
  const { address, connections } = await start();
  await expect(get(address, agentOf({}))).rejects.toThrow(/certificate required/);
  await expect(get(address, agentOf(identity(stranger.issue('other'))))).rejects.toThrow();
  await expect(get(address, agentOf({ ...identity(client), maxVersion: 'TLSv1.2' }))).rejects.toThrow(
    /protocol version/,
  );
  expect(connections).toEqual([]);
});

it('ends the connections of a certificate that is revoked', async () => {
  const { address, connections } = await start();
  const agent = agentOf();
  await get(address, agent);
  authority.revoke(client);
  authority.writeList(list);
  while (connections[0]?.isClosed === false) await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(get(address, agentOf())).rejects.toThrow();
  expect(connections).toHaveLength(1);
});
