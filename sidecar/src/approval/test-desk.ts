import { createHmac, randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { ChangeRequest } from '../documents.ts';
import type { PrincipalRecord } from '../generated/types.ts';
import { testStore } from '../keystore/test-store.ts';
import { createApprovalDesk } from './desk.ts';
import type { ApprovalDeskOptions } from './desk-parts.ts';
import { createEvents } from './events.ts';
import type { HeldOperation } from './operation.ts';
import { consentOf, newSigner, person, type Signer, testAudience } from './test-people.ts';

const macKey = randomBytes(32);

/** A desk on a real store; people, policy and clock are the test's to change. */
export async function testDesk(change: Partial<ApprovalDeskOptions> = {}) {
  const keystore = await testStore().open();
  onTestFinished(() => keystore.close());
  const clock = { now: Date.UTC(2026, 10, 24) };
  const now = () => clock.now;
  const records = new Map<string, PrincipalRecord>();
  const signers = new Map<string, Signer>();
  const voters = new Set<string>();
  const recorded: string[] = [];
  const events = createEvents({ now });
  const { documents } = keystore;
  const desk = createApprovalDesk({
    documents,
    audience: testAudience,
    policyHash: () => 'p'.repeat(43),
    now,
    secretDigest: (bytes) => createHmac('sha256', macKey).update(bytes).digest('base64url'),
    record: (id) => records.get(id),
    mayVote: (id) => voters.has(id),
    recorded: (operation, _, work) => {
      recorded.push(operation);
      return work();
    },
    events,
    ...change,
  });

  async function enrol(id: string, uid: number): Promise<Signer> {
    const signer = await newSigner();
    signers.set(id, signer);
    voters.add(id);
    records.set(id, person(id, [signer], [{ uid }]));
    return signer;
  }

  async function vote(id: string, voter: string, request = newRequest(voter), credential = `own:${voter}`) {
    const found = await desk.get(id);
    const signer = signers.get(voter);
    if (found === undefined || signer === undefined) throw new Error('the test names nobody or nothing');
    const evidence = await consentOf(voter, signer, found.digest, clock.now);
    return await desk.approve({ id, person: voter, credential, evidence }, request);
  }

  return { desk, documents, clock, records, signers, voters, recorded, events, enrol, vote };
}

export function newRequest(principal: string): ChangeRequest {
  const requestId = randomBytes(9).toString('base64url');
  return { requestId, requestDigest: `digest of ${requestId}`, principal };
}

/** A release of a key by alice, who presented uid 1000. */
export function heldExport(change: Partial<HeldOperation> = {}): HeldOperation {
  return {
    method: 'keys.export',
    action: 'keys.export',
    params: { name: 'payments/signing', format: 'pkcs8' },
    resource: 'key_1/1',
    resourceState: 'key_1@3',
    requester: 'alice',
    credential: 'uid:1000',
    by: 'session-1',
    attributes: { name: 'payments/signing', owner: 'dave', labels: { team: 'payments' } },
    ...change,
  };
}

/** A change that is held, with its request id. */
export function heldChange(requestId: string, change: Partial<HeldOperation> = {}): HeldOperation {
  const params = { id: 'ops', members: ['bob'], requestId };
  const system = { resource: 'system', resourceState: '', attributes: {} };
  return heldExport({ method: 'groups.set', action: 'groups.set', params, by: requestId, ...system, ...change });
}
