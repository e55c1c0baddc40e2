import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PrincipalRecord } from '../generated/types.ts';
import { excludedBy } from './excluded.ts';
import type { StoredApproval } from './stored-approval.ts';
import { countVotes, type Electorate, refusalOf } from './votes.ts';

const ids = ['alice', 'bob', 'carol', 'robot'] as const;
const keyIds = ['key-0', 'key-1', 'key-2', 'key-3', 'key-4', 'key-5'] as const;
const uids = [0, 1, 2, 3, 4, 5] as const;

/** Anything that may become of a principal, under whichever name. */
const recordOf = fc.record({
  kind: fc.constantFrom('person' as const, 'person' as const, 'workload' as const),
  keys: fc.subarray([...keyIds], { minLength: 1, maxLength: 2 }),
  uids: fc.subarray([...uids], { minLength: 1, maxLength: 2 }),
  owner: fc.option(fc.constantFrom(...ids), { nil: undefined }),
  isDisabled: fc.constantFrom(false, false, true),
});
const id = fc.constantFrom(...ids);
const step = fc.oneof(
  fc.record({ put: id, record: recordOf }),
  fc.record({ remove: id }),
  fc.record({ permit: id, isPermitted: fc.boolean() }),
  // Which of their own keys and credentials the voter takes.
  { arbitrary: fc.record({ vote: id, key: fc.nat(3), credential: fc.nat(3) }), weight: 5 },
);
type Step = Parameters<Parameters<typeof step.map>[0]>[0];

function record(name: string, state: Parameters<Parameters<typeof recordOf.map>[0]>[0]): PrincipalRecord {
  const { kind, keys, uids, owner, isDisabled } = state;
  return {
    id: name,
    kind,
    roles: [],
    credentials: uids.map((uid) => ({ uid, executable: `/usr/bin/${name}` })),
    approvalKeys: keys.map((key) => ({ id: key, kind: 'jwk', algorithm: 'EdDSA', jwk: '{}' })),
    ...(owner !== undefined && { owner }),
    ...(isDisabled && { disabled: true }),
  };
}

/** Plays the steps: the rules under test decide which votes get into the approval. */
class Play {
  readonly records = new Map<string, PrincipalRecord>();
  readonly permitted = new Set<string>(ids);
  readonly electorate: Electorate = {
    record: (name) => this.records.get(name),
    mayVote: (name) => this.permitted.has(name),
  };
  stored: StoredApproval;

  constructor(stored: StoredApproval) {
    this.stored = stored;
  }

  take(step: Step): void {
    if ('put' in step) this.records.set(step.put, record(step.put, step.record));
    else if ('remove' in step) this.records.delete(step.remove);
    else if ('permit' in step) this.permitted[step.isPermitted ? 'add' : 'delete'](step.permit);
    else this.vote(step.vote, step.key, step.credential);
  }

  /** A vote that authentication and signature let through. */
  vote(person: string, key: number, credential: number): void {
    const { approvalKeys = [], credentials = [] } = this.records.get(person) ?? {};
    const keyId = approvalKeys[key % approvalKeys.length]?.id;
    const uid = credentials[credential % credentials.length]?.uid;
    if (keyId === undefined || uid === undefined) return;
    const refusal = refusalOf(this.electorate, this.stored, { person, credential: `uid:${uid}` });
    if (refusal !== undefined || this.stored.excluded.keys.includes(keyId)) return;
    const { approval } = this.stored;
    const vote = { person, decision: 'approve' as const, time: 0, keyId, evidence: `uid:${uid}` };
    this.stored = { ...this.stored, approval: { ...approval, votes: [...approval.votes, vote] } };
  }
}

const operation = {
  v: 1 as const,
  audience: '',
  method: '',
  action: '',
  params: '{}',
  resource: '',
  resourceState: '',
  policy: '',
  nonce: '',
  issuedAt: 0,
  expiresAt: 1,
};

test('no sequence of changes and votes lets requester, owner, or what they held, count', async () => {
  let counted = 0;
  const steps = fc.array(step, { maxLength: 24, size: 'max' });
  const play = fc.asyncProperty(fc.tuple(recordOf, recordOf), fc.nat(3), steps, async ([own, other], uid, taken) => {
    const requester = record('alice', own);
    const owner = own.owner === undefined || own.owner === 'alice' ? undefined : record(own.owner, other);
    const first = new Map([requester, ...(owner ? [owner] : [])].map((found) => [found.id, found]));
    const excluded = await excludedBy('alice', `uid:${uid}`, (name) => first.get(name));
    const approval = { id: '', state: 'pending' as const, digest: '', needed: 1, votes: [] };
    const subject = { operation: '', requester: 'alice', labels: {} };
    const request = { ...approval, operation: { ...operation, requester: 'alice' } };
    const game = new Play({ approval: request, fingerprint: '', subject, excluded });
    const rest = { kind: 'person' as const, owner: undefined, isDisabled: false };
    game.records.set('bob', record('bob', { ...rest, keys: ['key-4'], uids: [4] }));
    game.records.set('carol', record('carol', { ...rest, keys: ['key-5'], uids: [5] }));
    for (const [name, found] of first) game.records.set(name, found);
    const heldKeys = new Set([...own.keys, ...(owner ? other.keys : [])] as string[]);
    const heldUids = new Set([uid, ...own.uids, ...(owner ? other.uids : [])].map((held) => `uid:${held}`));
    for (const one of taken) game.take(one);

    const { votes } = game.stored.approval;
    for (const { person, keyId = '', evidence = '' } of votes) {
      expect(person).not.toBe('alice');
      if (own.owner !== undefined) expect(person).not.toBe(own.owner);
      expect(heldKeys).not.toContain(keyId);
      expect(heldUids).not.toContain(evidence);
    }
    const valid = votes.filter(({ person, keyId }) => {
      const now = game.records.get(person);
      const isOwnerNow = game.records.get('alice')?.owner === person;
      const hasKey = now?.approvalKeys?.some((key) => key.id === keyId) === true;
      return hasKey && now.kind === 'person' && !now.disabled && game.permitted.has(person) && !isOwnerNow;
    });
    const people = new Set(valid.map(({ person }) => person)).size;
    expect(countVotes(game.electorate, game.stored)).toBe(people);
    counted += people;
  });
  await fc.assert(play, { numRuns: 10_000 });
  // The rules let the others vote, or the property would hold of nothing.
  expect(counted).toBeGreaterThan(1_000);
}, 120_000);
