import { createPublicKey, randomUUID, verify } from 'node:crypto';
import type { AuditRecord, FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect, LiveSidecar, verifyFolder } from './live-sidecar.ts';

const rounds = 5;
const streams = 8;
/** Answers of a round after which the power goes. */
const answersBeforeCut = [3, 40, 150, 400, 900];

const sidecar = new LiveSidecar();
beforeAll(() => sidecar.start());
afterAll(() => sidecar.discard());

/** What the application was told, and may rely on. */
interface Acknowledged {
  readonly keys: Map<string, string>;
  readonly signatures: { readonly session: string; readonly count: number }[];
}

/** Streams of signatures and new keys until the sidecar is gone; a create whose answer was lost is asked for again. */
async function work(hsm: FerroHsm, round: number, told: Acknowledged, cut: () => Promise<void>): Promise<void> {
  const key = await hsm.keys.create({
    name: `round-${round}/signing`,
    algorithm: 'Ed25519',
    usages: ['sign', 'verify'],
  });
  told.keys.set(key.name, key.id);
  const spki = Buffer.from(await hsm.subtle.exportKey('spki', key.publicKey));
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const { session } = hsm.hello;
  let answers = 0;
  let signatures = 0;
  let restarted: Promise<void> | undefined;

  async function stream(number: number): Promise<void> {
    for (let turn = 0; restarted === undefined; turn += 1) {
      if ((turn + number) % 7 === 0) {
        const name = `round-${round}/${number}-${turn}`;
        const made = await hsm.keys.create({ name, algorithm: 'Ed25519', usages: ['sign', 'verify'] });
        told.keys.set(name, made.id);
      } else {
        const data = Buffer.from(randomUUID());
        const signature = Buffer.from(await hsm.subtle.sign('Ed25519', key.privateKey, data));
        if (hsm.hello.session !== session) return;
        expect(verify(null, data, publicKey, signature)).toBe(true);
        signatures += 1;
      }
      answers += 1;
      if (answers === answersBeforeCut[round]) restarted = cut();
    }
  }

  const ends = await Promise.allSettled(Array.from({ length: streams }, (_, number) => stream(number)));
  for (const end of ends) {
    if (end.status === 'rejected') expect(String(end.reason)).toMatch(/connection .* lost/);
  }
  expect(restarted).toBeDefined();
  await restarted;
  told.signatures.push({ session, count: signatures });
}

async function allRecords(hsm: FerroHsm): Promise<AuditRecord[]> {
  const all: AuditRecord[] = [];
  for (;;) {
    const { records, size } = await hsm.audit.list({ start: all.length, limit: 1000 });
    all.push(...records.map(({ record }) => record));
    if (all.length >= size || records.length === 0) return all;
  }
}

test('what was acknowledged before a kill -9 is there after it: every key, and a record for every signature', async () => {
  const told: Acknowledged = { keys: new Map(), signatures: [] };
  let pinned: readonly string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await using hsm = await sidecar.connect();
    pinned = hsm.hello.log.keys;
    await work(hsm, round, told, async () => {
      await sidecar.kill();
      await sidecar.start();
    });
  }

  await using hsm = await sidecar.connect();
  expect(hsm.hello.log.keys).toEqual(pinned);
  const kept = new Map((await collect(hsm.keys.list())).map(({ name, id }) => [name, id]));
  for (const [name, id] of told.keys) expect(kept.get(name)).toBe(id);
  expect(told.keys.size).toBeGreaterThan(100);

  const records = await allRecords(hsm);
  for (const { session, count } of told.signatures) {
    const recorded = records.filter((record) => record.session === session && record.operation === 'subtle.sign');
    expect(recorded.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThanOrEqual(count);
  }
  expect(told.signatures.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(500);

  const intents = records.filter(({ phase }) => phase === 'intent');
  const closed = new Set(records.filter(({ phase }) => phase === 'result').map(({ id }) => id));
  expect(intents.filter(({ id }) => !closed.has(id))).toEqual([]);
  expect(records.filter(({ operation }) => operation === 'sidecar.start')).toHaveLength(rounds + 1);

  await hsm.audit.checkpoint();
  expect(await verifyFolder(sidecar.folders.log, pinned)).toMatchObject({ ok: true, problems: [] });
});

test('keys that were made before the kills still sign', async () => {
  await using hsm = await sidecar.connect();
  for (let round = 0; round < rounds; round += 1) {
    const { privateKey, publicKey } = await hsm.keys.get(`round-${round}/signing`);
    const signature = await hsm.subtle.sign('Ed25519', privateKey, Buffer.from('later'));
    expect(await hsm.subtle.verify('Ed25519', publicKey, signature, Buffer.from('later'))).toBe(true);
  }
});
