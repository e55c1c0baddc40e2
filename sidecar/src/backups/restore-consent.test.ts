import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { digestOf } from '../approval/operation.ts';
import { newSigner, person, type Signer, signJws } from '../approval/test-people.ts';
import type { Approval, BreakGlass, PrincipalRecord, Role } from '../generated/types.ts';
import { testFolder } from '../keystore/test-store.ts';
import { defaultPolicy } from '../policy/default-policy.ts';
import { Secret } from '../secret.ts';
import { planRestore, type RestoreOptions, restoreBackup } from './backup-restore.ts';
import { type BackupWorld, backupRequest, backupWorld, storedKey, testRecipient } from './test-backup-world.ts';
import { openRestored } from './test-restored.ts';

const { key, seed } = testRecipient();
const signers = new Map<string, Signer>();
let world: BackupWorld;

beforeEach(async () => {
  world = await backupWorld();
  await storedKey(world.keystore, 'a');
});
afterEach(() => {
  vi.useRealTimers();
});

/** Writes people and policies as the sidecar does; people may approve as officers and administrators. */
async function govern(roles: Readonly<Record<string, readonly Role[]>>, policy = defaultPolicy): Promise<void> {
  const records: PrincipalRecord[] = [];
  for (const [id, held] of Object.entries(roles)) {
    const signer = await newSigner(id === 'carol' ? 'ML-DSA-65' : 'EdDSA');
    signers.set(id, signer);
    records.push({ ...person(id, [signer], [{ uid: 2_000 + records.length }]), roles: [...held] });
  }
  await world.keystore.documents.change((changes) => {
    for (const record of records) changes.put('principal', record.id, record);
    changes.put('policy', '0000000001', { version: 1, text: policy, sha256: '', source: 'file', loadedAt: 0 });
  });
}

const officers = {
  alice: ['Administrator'],
  bob: ['Officer'],
  carol: ['Officer'],
  dave: ['Operator', 'Administrator'],
} as const;

async function options(change: Partial<RestoreOptions> = {}): Promise<RestoreOptions> {
  if (!existsSync(join(world.folder, 'backups'))) await world.backups.create(key, backupRequest());
  const folder = testFolder();
  return {
    path: world.files()[0] ?? '',
    opener: { seed: Secret.copy(seed) },
    stateFolder: join(folder, 'state'),
    configFolder: join(folder, 'config'),
    rootKey: { kind: 'key-file', path: join(folder, 'config/root.key') },
    destroyed: [],
    onNotice: () => undefined,
    ...change,
  };
}

async function request(requester = 'alice', isEmergency = false): Promise<Approval> {
  return await planRestore({ ...(await options()), requester, reason: 'the host burned down', isEmergency });
}

/** What an honest program of that person makes of the request, or a less honest one. */
async function approved(asked: Approval, id: string, change: object = {}): Promise<Approval> {
  const { key: publicKey, privateKey } = signers.get(id) as Signer;
  const header = { alg: publicKey.algorithm, typ: 'ferrohsm-approval+jws', kid: publicKey.id };
  const iat = Math.floor(Date.now() / 1000);
  const { audience } = asked.operation;
  const payload = { v: 1, operation: asked.digest, decision: 'approve', person: id, audience, iat, ...change };
  const evidence = await signJws(header, payload, privateKey);
  return { ...asked, votes: [{ person: id, decision: 'approve', time: Date.now(), keyId: publicKey.id, evidence }] };
}

/** `ok`, or why not; a refusal leaves nothing behind. */
async function outcomeOf(consent: RestoreOptions['consent'], change: Partial<RestoreOptions> = {}): Promise<string> {
  const wanted = await options({ consent, ...change });
  try {
    await restoreBackup(wanted);
    return 'ok';
  } catch (error) {
    for (const path of [wanted.stateFolder, `${wanted.stateFolder}.restoring`, wanted.configFolder]) {
      expect(existsSync(path)).toBe(false);
    }
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
}

const two = defaultPolicy.replaceAll('context.approvals >= 1', 'context.approvals >= 2');

describe('a restore is let through', () => {
  test('by one other person, as the shipped policies say, and the store knows it', async () => {
    await govern(officers);
    const asked = await request();
    expect(asked).toMatchObject({ needed: 1, operation: { requester: 'alice', audience: world.log.origin } });
    const wanted = await options({ consent: { approvals: [await approved(asked, 'bob')] } });
    await restoreBackup(wanted);
    const { keystore, log } = await openRestored(wanted);
    expect(log.origin).toBe(JSON.parse(asked.operation.params).newLog);
    // Under an id of its own: the one in the file is not signed.
    expect(await keystore.documents.get('approval', asked.id)).toBeUndefined();
    const [stored] = await keystore.documents.list('approval', { limit: 2 });
    expect(stored?.value).toMatchObject({
      approval: { state: 'consumed', digest: asked.digest, votes: [{ person: 'bob' }] },
    });
    const records = await log.records(0, 10);
    expect(records.map(({ record }) => record.operation)).toEqual([
      'log.open',
      'backup.restore',
      'backup.restore.approve',
    ]);
    expect(records[1]?.record.details).toMatchObject({ digest: asked.digest, needed: 1, approvals: 1 });
    const { operation = '' } = records[1]?.personal?.details ?? {};
    expect(digestOf(JSON.parse(String(operation)))).toBe(asked.digest);
  });

  test('by as many as the policies in the backup ask for, each counted once', async () => {
    await govern(officers, two);
    const asked = await request();
    expect(asked.needed).toBe(2);
    const [bob, again, carol] = [
      await approved(asked, 'bob'),
      await approved(asked, 'bob'),
      await approved(asked, 'carol'),
    ];
    expect(await outcomeOf({ approvals: [bob] })).toContain('backup.restore needs 2, 1 count');
    expect(await outcomeOf({ approvals: [bob, again] })).toContain('backup.restore needs 2, 1 count');
    // Whatever the file says of how many it takes.
    expect(await outcomeOf({ approvals: [{ ...bob, needed: 1 }] })).toContain('approval_required');
    expect(await outcomeOf({ approvals: [bob, carol] })).toBe('ok');
  });

  test('by as many as the strictest rule asks for, where policies are older than this one', async () => {
    await govern(officers, two.replace(/,\s*Action::"backup.restore"/, ''));
    expect((await request()).needed).toBe(2);
  });

  test('by nobody where nobody in the backup could, and it is said', async () => {
    const notices: string[] = [];
    expect(await outcomeOf(undefined, { onNotice: (notice) => notices.push(notice) })).toBe('ok');
    expect(notices.join()).toContain('nobody in the backup has an approval key');
    await expect(request()).rejects.toMatchObject({ code: 'quorum_unreachable' });
  });

  test('in an emergency that the requester signs too, with as many others as a session takes, and waits for a review', async () => {
    await govern(officers);
    const asked = await request('dave', true);
    expect(asked.needed).toBe(1);
    const [dave, bob] = [await approved(asked, 'dave'), await approved(asked, 'bob')];
    expect(await outcomeOf({ approvals: [bob] })).toContain('who asks in an emergency signs it too');
    expect(await outcomeOf({ approvals: [dave] })).toContain('backup.restore needs 1, 0 count');
    // Another one's name beside the same signature is none.
    const [vote] = bob.votes;
    const forged = { ...bob, votes: [{ ...vote, person: 'dave' }] } as Approval;
    expect(await outcomeOf({ approvals: [forged, bob] })).toContain('evidence_invalid');
    const wanted = await options({ consent: { approvals: [dave, bob] } });
    await restoreBackup(wanted);
    const { keystore, log } = await openRestored(wanted);
    const [{ value } = { value: undefined }] = await keystore.documents.list<{ breakGlass: BreakGlass }>(
      'break-glass',
      {
        limit: 10,
      },
    );
    const { id = '' } = value?.breakGlass ?? {};
    expect(value?.breakGlass).toMatchObject({ principal: 'dave', reason: 'the host burned down' });
    expect(await keystore.documents.get('break-glass-unreviewed', 'current')).toEqual({ id });
    const [, restore] = await log.records(0, 10);
    expect(restore).toMatchObject({
      record: { operation: 'backup.restore', details: { approvals: 1, breakGlass: id } },
      personal: { principal: 'dave' },
    });
    expect(JSON.stringify(restore?.record)).not.toContain('dave');
  });
});

describe('a restore is refused', () => {
  beforeEach(() => govern(officers));

  test('without consent, and to whom the policies do not let restore', async () => {
    expect(await outcomeOf(undefined)).toContain('approval_required');
    expect(await outcomeOf({ approvals: [] })).toContain('approval_required');
    expect(await outcomeOf({ approvals: [await request()] })).toContain('backup.restore needs 1, 0 count');
    await expect(request('bob')).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(request('mallory')).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(request('alice', true)).rejects.toThrow('lets alice act in an emergency');
    await expect(request('mallory', true)).rejects.toMatchObject({ code: 'permission_denied' });
  });

  test('with the consent of who asks, of who may not approve, and with a signature that is none', async () => {
    const asked = await request();
    expect(await outcomeOf({ approvals: [await approved(asked, 'alice')] })).toContain('permission_denied');
    await world.keystore.documents.change((changes) => changes.put('note', 'n', {}));
    const bob = await approved(asked, 'bob');
    const [vote] = bob.votes;
    const forgeries = [
      { ...bob, votes: [{ ...vote, person: 'carol' }] },
      { ...bob, votes: [{ ...vote, evidence: `${vote?.evidence?.slice(0, -8)}AAAAAAAA` }] },
      { ...bob, votes: [{ ...vote, evidence: undefined }] },
      await approved(asked, 'bob', { decision: 'deny' }),
      await approved(asked, 'bob', { audience: 'other.example/log' }),
      await approved(asked, 'bob', { operation: 'A'.repeat(43) }),
      await approved(asked, 'bob', { iat: Math.floor(Date.now() / 1000) - 90_000 }),
    ] as Approval[];
    for (const forgery of forgeries) expect(await outcomeOf({ approvals: [forgery] })).toContain('evidence_invalid');
    const nobody = { ...bob, votes: [{ ...vote, person: 'mallory' }] } as Approval;
    expect(await outcomeOf({ approvals: [nobody] })).toContain('only a person can approve');
  });

  test('when it is another than what was signed', async () => {
    const bob = await approved(await request(), 'bob');
    const destroyed = [{ keyId: 'key_AAAAAAAAAAAAAAAAAAAAAA', version: 1 }];
    const { path } = await options();
    const difference = async (change: Partial<RestoreOptions>) => await outcomeOf({ approvals: [bob] }, change);
    expect(await difference({ destroyed })).toContain('the approval: it is for another destroyed');
    expect(await difference({ destroyed: undefined })).toContain('the approval: it is for another destroyed');
    await world.backups.create(key, backupRequest());
    expect(await difference({ path: world.files().find((file) => file !== path) ?? '' })).toContain(
      'it is for another backup',
    );
    // What was altered after it was signed is another operation.
    for (const change of [
      { requester: 'carol' },
      { policy: 'A'.repeat(43) },
      { expiresAt: bob.operation.expiresAt + 1 },
    ]) {
      const altered = { ...bob, operation: { ...bob.operation, ...change } };
      expect(await outcomeOf({ approvals: [altered] }, { path })).toMatch(/evidence_invalid|permission_denied/);
    }
    const again = await planRestore({
      ...(await options()),
      path,
      requester: 'alice',
      reason: 'the host burned down',
      isEmergency: false,
    });
    const other = await approved(again, 'carol');
    expect(await outcomeOf({ approvals: [bob, other] }, { path })).toContain('of different requests');
  });

  test('once the request has run out', async () => {
    const bob = await approved(await request(), 'bob');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24 * 60 * 60 * 1000 });
    expect(await outcomeOf({ approvals: [bob] })).toContain('the approval: it was good from');
  });
});
