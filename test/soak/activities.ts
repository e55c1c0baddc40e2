import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { ApprovalRequiredError, connect, type FerroHsm, FerroHsmError } from '@ferrohsm/sdk/node';
import { keyOperations } from '../bench/operations.ts';
import { type Approver, consent } from '../end-to-end/approvers.ts';
import { WireClient } from '../wire/wire-client.ts';
import { openSilentClient } from './silent-client.ts';

/** Something that clients do again and again. */
export interface Activity {
  readonly name: string;
  /** Loops side by side. */
  readonly loops: number;
  /** Milliseconds between two times in one loop. */
  readonly pauseMs: number;
  /** Prepares what is repeated. */
  readonly prepare: (place: Place) => Promise<() => Promise<unknown>>;
}

/** Where it is done: a connection that lasts, and the socket for others. */
export interface Place {
  readonly hsm: FerroHsm;
  readonly socket: string;
  /** Approves what the other asks for. */
  readonly officer: { readonly person: Approver; readonly hsm: FerroHsm };
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const message = new Uint8Array(32);
const silenceMs = 2000;
const keysOfVisit = 5;

export const activities: readonly Activity[] = Object.freeze([
  keyUse('p256', 8, 10),
  keyUse('ml-dsa-65', 2, 20),
  keyUse('hybrid-kem', 4, 10),
  keyUse('aes-64k', 2, 20),
  {
    name: 'keys made, used and destroyed',
    loops: 1,
    pauseMs: 500,
    prepare: async (place) => () => liveOnce(place),
  },
  {
    name: 'visits with session keys',
    loops: 2,
    pauseMs: 100,
    prepare:
      async ({ socket }) =>
      () =>
        visit(socket),
  },
  { name: 'approval requests', loops: 1, pauseMs: 500, prepare: prepareHeldCall },
  {
    name: 'refused calls',
    loops: 2,
    pauseMs: 50,
    prepare:
      async ({ hsm }) =>
      () =>
        beRefused(hsm),
  },
  {
    name: 'strangers',
    loops: 1,
    pauseMs: 200,
    prepare:
      async ({ socket }) =>
      () =>
        babble(socket),
  },
  {
    name: 'clients that do not read',
    loops: 1,
    pauseMs: 1000,
    prepare:
      async ({ socket }) =>
      () =>
        beSilent(socket),
  },
]);

function keyUse(id: string, loops: number, pauseMs: number): Activity {
  const operation = keyOperations.find((candidate) => candidate.id === id);
  if (operation === undefined) throw new Error(`${id}: no operation`);
  const { title, key, usages, use } = operation;
  return {
    name: title,
    loops,
    pauseMs,
    prepare: async ({ hsm }) =>
      use(hsm.subtle, await hsm.keys.create({ name: newName(), algorithm: key, usages: [...usages] })),
  };
}

/** The life of a named key; its end needs the approval of another person. */
async function liveOnce({ hsm: { keys, subtle }, officer }: Place): Promise<void> {
  const name = newName();
  const { privateKey } = await keys.create({ name, algorithm: ecdsa, usages: ['sign', 'verify'] });
  await subtle.sign(ecdsa, privateKey as CryptoKey, message);
  await keys.deactivate(name);
  const end = { windowSeconds: 0, reason: 'its life is over', requestId: randomUUID() };
  const held = await keys.destroy(name, end).catch((error: unknown) => error);
  if (!(held instanceof ApprovalRequiredError)) throw held;
  const { id } = held.approval;
  const approval = await officer.hsm.approvals.get(id);
  await officer.hsm.approvals.approve(id, consent(officer.person, approval));
  await keys.destroy(name, end);
}

/** A connection that ends with its session keys. */
async function visit(socket: string): Promise<void> {
  await using hsm = await connect({ socket });
  for (let key = 0; key < keysOfVisit; key += 1) {
    const { privateKey } = await hsm.subtle.generateKey(ecdsa, false, ['sign', 'verify']);
    await hsm.subtle.sign(ecdsa, privateKey, message);
  }
}

/** A call that needs the approval of others is held, and taken back. */
async function prepareHeldCall({ hsm: { keys, approvals } }: Place): Promise<() => Promise<unknown>> {
  const name = newName();
  await keys.create({ name, algorithm: ecdsa, usages: ['sign', 'verify'] });
  return async () => {
    const held = await keys.limit(name, { perMinute: 600 }).catch((error: unknown) => error);
    if (!(held instanceof ApprovalRequiredError)) throw held;
    await approvals.cancel(held.approval.id);
  };
}

async function beRefused({ keys }: FerroHsm): Promise<void> {
  const refusal = await keys.get('soak/nowhere').catch((error: unknown) => error);
  if (!(refusal instanceof FerroHsmError) || refusal.code !== 'not_found') throw refusal;
}

/** Says nothing that is a message, and is sent away. */
async function babble(socket: string): Promise<void> {
  const client = await WireClient.open(socket);
  client.write('GET / HTTP/1.1\r\n\r\n');
  await client.rest();
}

async function beSilent(socket: string): Promise<void> {
  const client = await openSilentClient(socket);
  await setTimeout(silenceMs);
  await client.close();
}

function newName(): string {
  return `soak/${randomUUID()}`;
}
