import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heldExport, newRequest, testDesk } from './test-desk.ts';
import { consentOf, newSigner, person } from './test-people.ts';

const names = ['alice', 'alice2', 'bob', 'carol'] as const;
const name = fc.constantFrom(...names);
const signerIndex = fc.nat(4);
const uid = fc.nat(4);
const attack = fc.oneof(
  fc.record({ approve: name, signer: signerIndex, uid }),
  fc.record({ become: name, signers: fc.uniqueArray(signerIndex, { maxLength: 2 }), uid }),
  fc.record({ remove: name }),
  fc.record({ permit: name, isPermitted: fc.boolean() }),
  fc.record({ file: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ consume: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ restore: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ cancel: name }),
  fc.record({ deny: name }),
);
/** People who do their work, so that something is approved and used at all. */
const work = fc.oneof(
  fc.constant({ approve: 'bob' as const, signer: 1, uid: 1 }),
  fc.constant({ approve: 'carol' as const, signer: 2, uid: 2 }),
  fc.constant({ consume: 1 }),
);
/** Somebody comes back under that name with new keys and credentials, and votes. */
const comeback = fc.oneof(
  fc.record({ become: name, signers: fc.constant([3]), uid: fc.constant(3) }),
  fc.record({ approve: name, signer: fc.constant(3), uid: fc.constant(3) }),
);
const act = fc.oneof(attack, work, comeback);
type Act = Parameters<Parameters<typeof act.map>[0]>[0];

test('whatever is called in whichever order, together or not: nothing is used that only its requester approved', async () => {
  const { desk, records, voters, clock } = await testDesk();
  const signers = await Promise.all(Array.from({ length: 5 }, () => newSigner()));
  let round = 0;
  let used = 0;

  function become(id: string, indexes: readonly number[], credential: number): void {
    const own = indexes.map((index) => signers[index]).filter((signer) => signer !== undefined);
    records.set(id, person(id, own, [{ uid: credential }]));
  }

  async function perform(held: ReturnType<typeof heldExport>, id: string, step: Act): Promise<void> {
    if ('become' in step) become(step.become, step.signers, step.uid);
    else if ('remove' in step) records.delete(step.remove);
    else if ('permit' in step) voters[step.isPermitted ? 'add' : 'delete'](step.permit);
    else if ('file' in step) await desk.file(held, step.file);
    else if ('restore' in step) await desk.restore(id, step.restore);
    else if ('cancel' in step) await desk.cancel({ id, requester: step.cancel }, newRequest(step.cancel));
    else if ('deny' in step) await desk.deny({ id, person: step.deny, credential: '' }, newRequest(step.deny));
    else if ('consume' in step) {
      await desk.consume(id, step.consume, 'session-1');
      used += 1;
      // Zero is refused before.
      expect(step.consume).toBeGreaterThanOrEqual(1);
      expect(new Set((await desk.get(id))?.votes.map((vote) => vote.person)).size).toBeGreaterThanOrEqual(step.consume);
    } else {
      const [found, signer] = [await desk.get(id), signers[step.signer]];
      if (found === undefined || signer === undefined) throw new Error('nothing to sign, or nobody');
      const evidence = await consentOf(step.approve, signer, found.digest, clock.now);
      const voter = { person: step.approve, credential: `uid:${step.uid}` };
      await desk.approve({ id, ...voter, evidence }, newRequest(step.approve));
    }
  }

  const batches = fc.array(fc.array(act, { minLength: 1, maxLength: 6, size: 'max' }), { maxLength: 6, size: 'max' });
  const play = fc.asyncProperty(batches, async (together) => {
    records.clear();
    for (const [index, id] of (['alice', 'bob', 'carol'] as const).entries()) {
      become(id, [index], index);
      voters.add(id);
    }
    voters.add('alice2');
    const held = heldExport({ credential: 'uid:0', params: { round: ++round } });
    const { id } = await desk.file(held, 1);
    // Whatever the rules refuse is no failure; an expectation that does not hold is.
    for (const batch of together) {
      const ends = await Promise.allSettled(batch.map((step) => perform(held, id, step)));
      const faults = ends.filter((end) => end.status === 'rejected' && end.reason.name !== 'SidecarError');
      expect(faults).toEqual([]);
    }
    const final = await desk.get(id);
    for (const vote of final?.votes.filter(({ decision }) => decision === 'approve') ?? []) {
      expect(vote.person).not.toBe('alice');
      expect(vote.keyId).not.toBe(signers[0]?.key.id);
    }
    if (final?.state === 'consumed') expect(final.votes.length).toBeGreaterThanOrEqual(1);
    const rest = await desk.find(held);
    if (rest !== undefined) await desk.cancel({ id: rest.id, requester: 'alice' }, newRequest('alice'));
  });
  await fc.assert(play, { numRuns: 300 });
  expect(used).toBeGreaterThan(30);
}, 120_000);
