import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Approval, type ApprovalKey, verifyApproval } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, type HeldApproval, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { ChromiumPage, chromium } from './chromium-page.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';

const alice = approver('alice');
const bob = approver('bob');
const carol = approver('carol');

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const principals = [
      personRecord(alice, ['Officer']),
      personRecord(bob, ['Officer']),
      personRecord(carol, ['Administrator']),
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals }));
  },
});
const assembly = new Assembly(sidecar);
beforeAll(() => assembly.join('alice', 'bob', 'carol'));
afterAll(() => assembly.leave());

if (chromium === undefined) {
  process.stderr.write('passkeys were NOT tried: no Chromium in PATH, nor one that FERROHSM_CHROMIUM names\n');
}

/** A page of its own origin on this host; browsers take localhost for a secure context. */
async function newPageServer() {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>approvals</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

interface Passkey {
  readonly id: string;
  readonly algorithm: number;
  readonly spki: string;
}

interface Assertion {
  readonly credentialId: string;
  readonly authenticatorData: string;
  readonly clientDataJson: string;
  readonly signature: string;
}

/** Registers a passkey in the page. */
async function register(page: ChromiumPage, algorithm: number): Promise<Passkey> {
  const made = await page.evaluate(`(async () => {
    const credential = await navigator.credentials.create({ publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { id: 'localhost', name: 'FerroHSM' },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name: 'bob', displayName: 'Bob' },
      pubKeyCredParams: [{ type: 'public-key', alg: ${algorithm} }],
      authenticatorSelection: { userVerification: 'required' },
    } });
    const { response } = credential;
    const spki = new Uint8Array(response.getPublicKey()).toBase64({ alphabet: 'base64url', omitPadding: true });
    return { id: credential.id, algorithm: response.getPublicKeyAlgorithm(), spki };
  })()`);
  return made as Passkey;
}

/** Consents in the page to what has this digest. */
async function assertIn(
  page: ChromiumPage,
  { id }: Passkey,
  digest: string,
  userVerification = 'required',
): Promise<{ passkey: Assertion }> {
  const made = await page.evaluate(`(async () => {
    const bytes = (text) => Uint8Array.fromBase64(text, { alphabet: 'base64url' });
    const text = (buffer) => new Uint8Array(buffer).toBase64({ alphabet: 'base64url', omitPadding: true });
    const { id, response } = await navigator.credentials.get({ publicKey: {
      challenge: bytes('${digest}'),
      rpId: 'localhost',
      allowCredentials: [{ type: 'public-key', id: bytes('${id}') }],
      userVerification: '${userVerification}',
    } });
    return {
      credentialId: id,
      authenticatorData: text(response.authenticatorData),
      clientDataJson: text(response.clientDataJSON),
      signature: text(response.signature),
    };
  })()`);
  return { passkey: made as Assertion };
}

async function heldExport(): Promise<{ params: object; approval: HeldApproval }> {
  const name = `passkey/${randomUUID()}`;
  await assembly.change('alice', 'keys.create', { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] });
  const params = { name, format: 'pkcs8' };
  return { params, approval: await assembly.held('alice', 'keys.export', params) };
}

describe.skipIf(chromium === undefined)('a passkey in Chromium', () => {
  let page: ChromiumPage;
  let places: Awaited<ReturnType<typeof newPageServer>>[] = [];
  let passkey: Passkey;
  let key: ApprovalKey;

  beforeAll(async () => {
    places = [await newPageServer(), await newPageServer()];
    page = await ChromiumPage.open(chromium as string, `${places[0]?.origin}/`);
    await page.addAuthenticator();
  });
  afterAll(async () => {
    await page.close();
    for (const { server } of places) {
      server.closeAllConnections();
      server.close();
    }
  });

  test('is enrolled by its person with the approval of another', async () => {
    passkey = await register(page, -7);
    expect(passkey.algorithm).toBe(-7);
    key = {
      ...{ id: passkey.id, kind: 'passkey', algorithm: 'ES256', spki: passkey.spki },
      ...{ rpId: 'localhost', origins: [places[0]?.origin as string] },
    };
    expect(await codeOf(assembly.agreed('bob', 'approvers.enrol', { person: 'bob', key }, [carol]))).toBe('ok');
  });

  test('consents to one operation, which happens', async () => {
    const { params, approval } = await heldExport();
    expect(await codeOf(assembly.approve(bob, approval, await assertIn(page, passkey, approval.digest)))).toBe('ok');
    expect(await codeOf(assembly.ask('alice', 'keys.export', params))).toBe('ok');
    const { result } = await assembly.ask('carol', 'approvals.get', { id: approval.id });
    const shown = (result as { approval: Approval }).approval;
    const verified = await verifyApproval(shown, [{ ...key, person: 'bob' }]);
    expect(verified).toEqual({ digest: approval.digest, persons: ['bob'] });
  });

  test('consents to no other operation, and not for another person', async () => {
    const { approval } = await heldExport();
    const { approval: other } = await heldExport();
    const evidence = await assertIn(page, passkey, other.digest);
    expect(await codeOf(assembly.approve(bob, approval, evidence))).toBe('evidence_invalid');
    expect(await codeOf(assembly.approve(carol, other, evidence))).toBe('evidence_invalid');
    expect(await codeOf(assembly.approve(bob, other, evidence))).toBe('ok');
  });

  test('consents on its own page only', async () => {
    const { approval } = await heldExport();
    await page.visit(`${places[1]?.origin}/`);
    const evidence = await assertIn(page, passkey, approval.digest);
    const { error } = await assembly.approve(bob, approval, evidence);
    expect(error?.data).toMatchObject({ code: 'evidence_invalid', detail: 'it comes from another origin' });
    await page.visit(`${places[0]?.origin}/`);
    expect(await codeOf(assembly.approve(bob, approval, await assertIn(page, passkey, approval.digest)))).toBe('ok');
  });

  test('consents only when it has verified its user', async () => {
    const { approval } = await heldExport();
    const evidence = await assertIn(page, passkey, approval.digest, 'discouraged');
    const { error } = await assembly.approve(bob, approval, evidence);
    expect(error?.data).toMatchObject({ code: 'evidence_invalid', detail: 'the user was not verified' });
  });
});
