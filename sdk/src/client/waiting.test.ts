import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ApprovalRequiredError, FerroHsmError } from '../errors.ts';
import type { Approval, ApprovalRequest } from '../generated/types.ts';
import { connect } from './connect-node.ts';

const limits = {
  messageBytes: 1 << 20,
  attachmentBytes: 8 << 20,
  attachments: 64,
  depth: 32,
  batch: 64,
  inFlight: 16,
  sessionKeys: 10,
};
const hello = { protocol: 1, server: 'peer', attachments: true, limits, log: { origin: 'peer', keys: [] } };

interface Received {
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly socket: Socket;
  reply(result: object): void;
  refuse(data: object): void;
}

/** A sidecar that answers as the test says, on a real socket; every request that came in is kept. */
async function peer(answer: (request: Received, all: readonly Received[]) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
  const received: Received[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      const { id, method, params } = JSON.parse(line);
      const send = (message: object) => socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...message })}\n`);
      const reply = (result: object) => void send({ result });
      const refuse = (data: object) => void send({ error: { code: -32003, message: '', data } });
      const request = { method, params, socket, reply, refuse };
      received.push(request);
      if (method === 'system.hello') reply(hello);
      else answer(request, received);
    });
  });
  const socket = join(folder, 's.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(async () => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const of = (method: string) => received.filter((request) => request.method === method);
  return { socket, received, of };
}

async function client(...given: Parameters<typeof peer>) {
  const sidecar = await peer(...given);
  const hsm = await connect({ socket: sidecar.socket });
  onTestFinished(() => hsm.close());
  return { ...sidecar, hsm };
}

const request = (digit = 0): ApprovalRequest => ({
  id: `apr_000000000${digit}AAAAAAAAAAAAAAAA`,
  digest: 'D'.repeat(43),
  needed: 2,
  given: 0,
  expiresAt: 1_800_000_000_000,
});
const held = (digit = 0) => ({ code: 'approval_required', detail: 'keys.grant', approval: request(digit) });
const seen = (state: Approval['state'], votes: Approval['votes'] = []) => ({ approval: { state, votes } });

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => error,
  );
}

describe('a held operation', () => {
  test('rejects with its approval, which can be waited for, long poll after long poll', async () => {
    const states: Approval['state'][] = ['pending', 'pending', 'approved'];
    const { hsm, of } = await client(({ method, reply, refuse }) => {
      if (method === 'approvals.wait') reply(seen(states.shift() as Approval['state']));
      else refuse(held());
    });
    const error = (await rejection(hsm.keys.grant('k', 'bob'))) as ApprovalRequiredError;
    expect(error).toBeInstanceOf(ApprovalRequiredError);
    expect(error).toBeInstanceOf(FerroHsmError);
    expect(error).toMatchObject({ code: 'approval_required', detail: 'keys.grant', approval: request() });
    expect((await error.approval.wait()).state).toBe('approved');
    const polls = of('approvals.wait').map(({ params }) => params);
    expect(polls).toEqual(Array(3).fill({ id: request().id, timeoutMs: 30_000 }));
  });

  test('is a DOMException with the same approval on the WebCrypto face', async () => {
    const { hsm } = await client(({ refuse }) => refuse(held()));
    const error = (await rejection(
      hsm.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']),
    )) as DOMException & { approval: object };
    expect(error).toBeInstanceOf(DOMException);
    expect(error.name).toBe('NotAllowedError');
    expect(error.cause).toBeInstanceOf(ApprovalRequiredError);
    expect(error.approval).toBe((error.cause as ApprovalRequiredError).approval);
  });

  test('a limit says when to come again', async () => {
    const { hsm } = await client(({ refuse }) => refuse({ code: 'rate_limited', retryAfterMs: 1234 }));
    expect(await rejection(hsm.system.status())).toMatchObject({ code: 'rate_limited', retryAfterMs: 1234 });
  });
});

describe('a view that waits', () => {
  test('repeats the operation with the same requestId until it runs, however often it is held', async () => {
    const { hsm, of } = await client(({ method, reply, refuse }, all) => {
      const grants = all.filter((each) => each.method === 'keys.grant').length;
      if (method === 'approvals.wait') reply(seen('approved'));
      else if (grants < 4) refuse(held(grants));
      else reply({ grantees: ['bob'] });
    });
    const told: string[] = [];
    const view = hsm.with({ wait: true, onHeld: ({ id }) => told.push(id) });
    expect(await view.keys.grant('k', 'bob')).toEqual(['bob']);
    expect(told).toEqual([1, 2, 3].map((digit) => request(digit).id));
    const [first, ...repeated] = of('keys.grant').map(({ params }) => params);
    expect(repeated).toEqual([first, first, first]);
    expect(of('approvals.wait').map(({ params }) => params.id)).toEqual([1, 2, 3].map((digit) => request(digit).id));
  });

  test('is not stopped by an approval that does not suffice any more', async () => {
    const { hsm, of } = await client(({ method, reply, refuse }, all) => {
      if (method === 'approvals.wait') reply(seen('approved'));
      else if (all.filter((each) => each.method === 'keys.grant').length < 3) refuse(held());
      else reply({ grantees: [] });
    });
    await hsm.with({ wait: true }).keys.grant('k', 'bob');
    expect(of('keys.grant')).toHaveLength(3);
  });

  test.each([
    [seen('cancelled'), 'cancelled'],
    [seen('expired'), 'expired'],
    [seen('consumed'), 'consumed'],
    [seen('denied', [{ person: 'bob', decision: 'deny', time: 1, reason: 'no' }]), 'denied by bob: no'],
    [seen('denied', [{ person: 'bob', decision: 'deny', time: 1 }]), 'denied by bob'],
  ])('rejects when the request is closed: %#', async (answer, detail) => {
    const { hsm } = await client(({ method, reply, refuse }) =>
      method === 'approvals.wait' ? reply(answer) : refuse(held()),
    );
    const error = await rejection(hsm.with({ wait: true }).keys.grant('k', 'bob'));
    expect(error).toMatchObject({ code: 'approval_closed', detail });
    const onSubtle = await rejection(hsm.with({ wait: true }).subtle.generateKey('Ed25519', false, ['sign']));
    expect(onSubtle).toMatchObject({ name: 'InvalidStateError', cause: { code: 'approval_closed' } });
  });

  test('stops when its signal is aborted, before and while it waits', async () => {
    const ended = new AbortController();
    const { hsm } = await client(({ method, refuse }) =>
      method === 'approvals.wait' ? ended.abort(new Error('enough')) : refuse(held()),
    );
    const { keys } = hsm.with({ wait: true, signal: ended.signal });
    expect(await rejection(keys.grant('k', 'bob'))).toEqual(new Error('enough'));
    expect(await rejection(keys.grant('k', 'bob'))).toEqual(new Error('enough'));
  });

  test('waits on when the connection is lost', async () => {
    const { hsm, of } = await client(({ method, socket, reply, refuse }, all) => {
      const polls = all.filter((each) => each.method === 'approvals.wait').length;
      if (method === 'approvals.wait' && polls === 1) socket.destroy();
      else if (method === 'approvals.wait') reply(seen('approved'));
      else if (polls === 0) refuse(held());
      else reply({ grantees: [] });
    });
    await hsm.with({ wait: true }).keys.grant('k', 'bob');
    expect(of('system.hello')).toHaveLength(2);
  });

  test('leaves room on the connection however many wait', async () => {
    const grants = 40;
    const { hsm, of } = await client(({ method, reply, refuse }, all) => {
      if (method === 'system.random') reply({ bytes: 'AAAA' });
      else if (method !== 'approvals.wait') refuse(held());
      else if (all.some((each) => each.method === 'system.random')) reply(seen('denied'));
    });
    const { keys } = hsm.with({ wait: true });
    const waiting = Array.from({ length: grants }, () => rejection(keys.grant('k', 'bob')));
    while (of('approvals.wait').length < 8) await new Promise((resolve) => setImmediate(resolve));
    expect(of('approvals.wait')).toHaveLength(8);
    expect(await hsm.system.random(3)).toHaveLength(3);
    hsm.close();
    await Promise.all(waiting);
    const timeouts = of('approvals.wait').map(({ params }) => params.timeoutMs);
    expect(timeouts).toContain(1000);
  });

  test('has the same keys', async () => {
    const key = { type: 'secret', extractable: true, algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt'] };
    const { hsm, of } = await client(({ method, reply, refuse }, all) => {
      const exports = all.filter((each) => each.method === 'subtle.exportKey').length;
      if (method === 'subtle.generateKey') reply({ key: { ...key, handle: `ses_${'A'.repeat(22)}` } });
      else if (method === 'approvals.wait') reply(seen('approved'));
      else if (exports % 2 === 1) refuse(held(exports));
      else reply({ keyData: 'AAAA' });
    });
    const view = hsm.with({ wait: true });
    const usages: KeyUsage[] = ['encrypt'];
    const made = await Promise.all(
      [hsm, view].map(({ subtle }) => subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, usages)),
    );
    for (const each of made) expect((await view.subtle.exportKey('raw', each as CryptoKey)).byteLength).toBe(3);
    expect(await rejection(hsm.subtle.exportKey('raw', made[1] as CryptoKey))).toMatchObject({
      name: 'NotAllowedError',
    });
    expect(of('subtle.exportKey')).toHaveLength(5);
  });
});

test('an invitation is sent with the digest of the token, once', async () => {
  const { socket, of } = await peer(({ socket: connection, reply }, all) => {
    if (all.filter(({ method }) => method === 'system.hello').length === 1) connection.destroy();
    else reply({ bytes: 'AAAA' });
  });
  const token = 'token-of-the-test-1234';
  await using hsm = await connect({ socket, token, invitation: 'I'.repeat(43) });
  await rejection(hsm.system.random(3));
  await hsm.system.random(3);
  const tokenSha256 = createHash('sha256').update(token).digest('base64url');
  const [first, second] = of('system.hello').map(({ params }) => params);
  expect(first).toMatchObject({ token, enrolment: { invitation: 'I'.repeat(43), tokenSha256 } });
  expect(second).toMatchObject({ token });
  expect(second).not.toHaveProperty('enrolment');
  expect(await rejection(connect({ socket, invitation: 'I'.repeat(43) }))).toMatchObject({ code: 'config_invalid' });
});
