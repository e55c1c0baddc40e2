import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { LiveSidecar, liveSidecar, writeConfig } from './live-sidecar.ts';

const alice = approver('alice');
const bob = approver('bob');

/** A request that the webhook got. */
interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Event {
  readonly kind: string;
  readonly approval?: string;
  readonly subject?: string;
}

const deliveries: Delivery[] = [];
const failures = new Map<string, number>();
/** Answers 500 to the first attempt of every `denied`. */
const receiver = createServer(async (request, response) => {
  const delivery = { headers: request.headers, body: await text(request) };
  deliveries.push(delivery);
  const id = String(request.headers['webhook-id']);
  const isFirst = !failures.has(id);
  failures.set(id, (failures.get(id) ?? 0) + 1);
  response.writeHead(isFirst && eventOf(delivery).kind === 'denied' ? 500 : 204).end();
});
receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/ferrohsm`;

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-hook-'));
const program = join(folder, 'tell');
const heard = join(folder, 'heard.jsonl');
const environment = join(folder, 'environment');
writeFileSync(program, `#!/bin/sh\nenv >> ${environment}\necho "$# arguments" >> ${environment}\ncat >> ${heard}\n`, {
  mode: 0o700,
});

const lifetimeSeconds = 6;
const sidecar = liveSidecar({
  arguments: [
    ...['--websocket', '127.0.0.1:0', '--approval-lifetime', String(lifetimeSeconds)],
    ...['--approval-command', program, '--approval-command', join(folder, 'nothing'), '--approval-webhook', address],
  ],
  prepare: (folders) => {
    const principals = [personRecord(alice, ['Officer', 'Operator']), personRecord(bob, ['Officer'])];
    writeConfig(folders, 'principals.json', JSON.stringify({ principals }));
  },
});
const assembly = new Assembly(sidecar);

beforeAll(() => assembly.join('alice', 'bob'));
afterAll(() => {
  assembly.leave();
  receiver.close();
  rmSync(folder, { recursive: true });
});

function eventOf({ body }: Delivery): Event {
  return (JSON.parse(body) as { data: Event }).data;
}

function eventsOfCommand(): Event[] {
  if (!existsSync(heard)) return [];
  // The last line may be on its way.
  const lines = readFileSync(heard, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Event);
}

function kindsOf(events: readonly Event[], approval: string): string[] {
  return [...new Set(events.filter((event) => event.approval === approval).map(({ kind }) => kind))].toSorted();
}

async function expectKinds(approval: string, kinds: readonly string[]): Promise<void> {
  const limits = { timeout: 20_000, interval: 50 };
  await expect.poll(() => kindsOf(eventsOfCommand(), approval), limits).toEqual(kinds.toSorted());
  await expect.poll(() => kindsOf(deliveries.map(eventOf), approval), limits).toEqual(kinds.toSorted());
}

async function heldExport() {
  const name = `told/${randomUUID()}`;
  const creation = { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
  await assembly.change('alice', 'keys.create', creation);
  const params = { name, format: 'pkcs8' };
  return { params, approval: await assembly.held('alice', 'keys.export', params) };
}

describe('hooks are told', () => {
  test('of a request, its approval and its use', async () => {
    const { params, approval } = await heldExport();
    await assembly.approve(bob, approval);
    expect(await codeOf(assembly.ask('alice', 'keys.export', params))).toBe('ok');
    await expectKinds(approval.id, ['requested', 'approved', 'consumed']);
  });

  test('of a denial, again when the webhook failed', async () => {
    const { approval } = await heldExport();
    await assembly.change('bob', 'approvals.deny', { id: approval.id, reason: 'no' });
    await expectKinds(approval.id, ['requested', 'denied']);
    const denials = () => deliveries.filter((delivery) => eventOf(delivery).kind === 'denied');
    await expect.poll(() => denials().length, { timeout: 20_000 }).toBe(2);
    const [first, second] = denials();
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
  });

  test('of a request that is taken back, and of one that nobody decides', async () => {
    const { approval } = await heldExport();
    await assembly.change('alice', 'approvals.cancel', { id: approval.id });
    await expectKinds(approval.id, ['requested', 'cancelled']);
    const { approval: late } = await heldExport();
    await expectKinds(late.id, ['requested', 'expired']);
    expect(await codeOf(assembly.approve(bob, late))).toBe('approval_closed');
  });

  test('of an emergency', async () => {
    const emergency = { reason: 'payments are down', ticket: 'INC-1' };
    expect(await codeOf(assembly.agreed('alice', 'breakGlass.open', emergency, [bob]))).toBe('ok');
    const emergencies = () => eventsOfCommand().filter(({ kind }) => kind === 'break-glass');
    await expect.poll(emergencies, { timeout: 20_000 }).toMatchObject([{ subject: 'alice' }]);
  });
});

describe('a webhook', () => {
  /** Verifies as Standard Webhooks 1.0.0 says, with the key that the sidecar named at its start. */
  function isSigned({ headers, body }: Delivery): boolean {
    const [, key = ''] = /whpk_([A-Za-z0-9+/=]+)/.exec(sidecar.notices()) ?? [];
    const x = Buffer.from(key, 'base64').toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const [version, signature = ''] = String(headers['webhook-signature']).split(',');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    return version === 'v1a' && verify(null, Buffer.from(signed), publicKey, Buffer.from(signature, 'base64'));
  }

  test('is signed, each attempt anew', () => {
    expect(deliveries.length).toBeGreaterThan(8);
    for (const delivery of deliveries) {
      expect(isSigned(delivery)).toBe(true);
      expect(isSigned({ ...delivery, body: delivery.body.replace('approval', 'approvaI') })).toBe(false);
      const timestamp = Number(delivery.headers['webhook-timestamp']);
      expect(Math.abs(Date.now() / 1000 - timestamp)).toBeLessThan(300);
    }
    const ids = deliveries.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(ids.length - 1);
  });

  test('has the same key after a restart', async () => {
    const keys = () => [...sidecar.notices().matchAll(/whpk_[A-Za-z0-9+/=]+/g)].map(([key]) => key);
    await sidecar.stop();
    await sidecar.start();
    expect(keys()).toHaveLength(2);
    expect(new Set(keys()).size).toBe(1);
  });

  test('that is not https and leaves this host stops the start', async () => {
    const open = new LiveSidecar(['--approval-webhook', 'http://hooks.example/']);
    await expect(open.start()).rejects.toThrow('a webhook needs an https URL');
    await open.discard();
  });
});

test('a program gets no arguments and no environment but PATH', () => {
  const lines = readFileSync(environment, 'utf8').trim().split('\n');
  // The shell adds its own.
  const names = lines
    .map((line) => line.split('=')[0])
    .filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(`${name}`));
  expect(new Set(names)).toEqual(new Set(['0 arguments', 'PATH']));
});

test('a program that is not there is told of to the operator, and holds nothing up', () => {
  expect(sidecar.notices()).toMatch(/approval hook .*nothing/);
});
