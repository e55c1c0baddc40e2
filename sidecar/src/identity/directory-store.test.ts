import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DocumentChanges, Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { PrincipalRecord } from '../generated/types.ts';
import type { Directory } from './directory.ts';
import { openDirectory } from './directory-store.ts';
import { testDocuments } from './test-identity.ts';

const uid = process.getuid?.() ?? 0;
const alice: PrincipalRecord = { id: 'alice', kind: 'person', roles: ['Administrator'], credentials: [{ uid: 1000 }] };
const bob: PrincipalRecord = { id: 'bob', kind: 'person', roles: ['Officer'], credentials: [{ uid: 1001 }] };
const ops = { id: 'ops', members: ['alice', 'bob'], roles: ['Auditor' as const] };
const asRecords = { governance: 'records', principals: [alice, bob], groups: [ops] };

function configFile(content: object | string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-directory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'principals.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return path;
}

let made = 0;
function request(requestId = `r-${++made}`, requestDigest = `digest of ${requestId}`) {
  return { requestId, requestDigest, principal: 'alice' };
}

interface Hooks {
  readonly check?: (next: Directory) => void;
  readonly changed?: () => void;
  readonly removed?: (principal: string, changes: DocumentChanges) => void;
}

async function open(path: string, documents: Documents, { check, changed, removed }: Hooks = {}) {
  const nothing = () => undefined;
  return openDirectory({
    documents,
    path,
    uid,
    check: check ?? nothing,
    changed: changed ?? nothing,
    removed: removed ?? nothing,
  });
}

async function opened(hooks: Hooks = {}) {
  const documents = await testDocuments();
  const { holder } = await open(configFile(asRecords), documents, hooks);
  const stored = async (kind: string) => (await documents.list(kind, { limit: 100 })).map(({ value }) => value);
  return { documents, holder, stored };
}

describe('governed by file', () => {
  test('the file is the truth at each start, and no call changes it', async () => {
    const documents = await testDocuments();
    const { holder } = await open(configFile({ principals: [alice], groups: [] }), documents);
    expect(holder.governance).toBe('file');
    const refusal = { code: 'governed_by_file' };
    await expect(holder.apply({ principal: bob }, request())).rejects.toMatchObject(refusal);
    await expect(holder.update(() => ({ removePrincipal: 'alice' }), request())).rejects.toMatchObject(refusal);
    expect(holder.current.principals).toEqual([alice]);
    expect(await documents.list('principal', { limit: 1 })).toEqual([]);
    expect((await open(configFile({ principals: [bob] }), documents)).holder.current.principals).toEqual([bob]);
  });
});

describe('governed by records', () => {
  test('the file seeds an empty store once; later it is not even read', async () => {
    const documents = await testDocuments();
    const path = configFile(asRecords);
    const first = await open(path, documents);
    expect(first.holder.governance).toBe('records');
    expect(first.notices).toContain('principals and groups of principals.json became records of the keystore');
    writeFileSync(path, '{"principals": [');
    const second = await open(path, documents);
    expect(second.notices[0]).toMatch(/^principals.json is not read/);
    rmSync(path);
    const third = await open(path, documents);
    expect(existsSync(path)).toBe(false);
    for (const { holder } of [first, second, third]) {
      expect(holder.governance).toBe('records');
      expect(holder.current.principals).toEqual([alice, bob]);
      expect(holder.current.membership('bob')).toEqual({ roles: ['Auditor', 'Officer'], groups: ['ops'] });
    }
  });

  test('a principal under the uid of the sidecar is told of in both cases', async () => {
    const documents = await testDocuments();
    const path = configFile({ governance: 'records', principals: [{ ...alice, credentials: [{ uid }] }] });
    for (const { notices } of [await open(path, documents), await open(path, documents)]) {
      expect(notices.join()).toContain(`runs under the sidecar's own uid ${uid}`);
    }
  });

  test('records need a first principal', async () => {
    const empty = open(configFile({ governance: 'records', principals: [] }), await testDocuments());
    await expect(empty).rejects.toMatchObject({ code: 'config_invalid' });
  });

  test('a change is in snapshot and store when it resolves, after everybody was told', async () => {
    const seen: string[] = [];
    const check = (next: Directory) => seen.push(`check ${next.principals.length}`);
    const { holder, stored } = await opened({
      check,
      changed: () => seen.push(`changed ${holder.current.principals.length}`),
    });
    const carol: PrincipalRecord = { id: 'carol', kind: 'person', roles: [], credentials: [] };
    const next = await holder.apply({ principal: carol }, request());
    expect(next).toBe(holder.current);
    expect(next.principals.map(({ id }) => id)).toEqual(['alice', 'bob', 'carol']);
    expect(await stored('principal')).toEqual([alice, bob, carol]);
    expect(seen).toEqual(['check 2', 'check 3', 'changed 3']);
  });

  test('a removal takes memberships with it and lets others write in the same transaction', async () => {
    const removed = (principal: string, changes: DocumentChanges) => changes.put('left', principal, { by: 'test' });
    const { holder, stored } = await opened({ removed });
    await holder.apply({ removePrincipal: 'bob' }, request());
    expect(await stored('principal')).toEqual([alice]);
    expect(await stored('group')).toEqual([{ ...ops, members: ['alice'] }]);
    expect(await stored('left')).toEqual([{ by: 'test' }]);
    await holder.apply({ removeGroup: 'ops' }, request());
    expect(await stored('group')).toEqual([]);
    expect(holder.current.membership('alice').groups).toEqual([]);
  });

  test.each<[string, Hooks, Parameters<Directory['with']>[0], string]>([
    ['that the check refuses', { check: needTwo }, { removePrincipal: 'bob' }, 'quorum_unreachable'],
    ['that does not fit', {}, { principal: { ...bob, id: 'carol' } }, 'data_invalid'],
    ['of nobody', {}, { removePrincipal: 'carol' }, 'not_found'],
    [
      'that fails to be written',
      {
        removed: () => {
          throw new SidecarError('internal_error');
        },
      },
      { removePrincipal: 'bob' },
      'internal_error',
    ],
  ])('a change %s changes nothing', async (_, hooks, change, code) => {
    let told = 0;
    const changed = () => {
      told += 1;
    };
    const { holder, stored } = await opened({ ...hooks, changed });
    const before = holder.current;
    await expect(holder.apply(change, request())).rejects.toMatchObject({ code });
    expect(holder.current).toBe(before);
    expect(await stored('principal')).toEqual([alice, bob]);
    expect(await stored('group')).toEqual([ops]);
    expect(told).toBe(0);
    await holder.apply({ principal: { ...bob, roles: [] } }, request());
    expect(told).toBe(1);
  });

  test('nobody can remove the last principal: the next start would believe the file again', async () => {
    const { holder } = await opened();
    await holder.apply({ removePrincipal: 'bob' }, request());
    const last = holder.apply({ removePrincipal: 'alice' }, request());
    await expect(last).rejects.toMatchObject({ code: 'quorum_unreachable', detail: 'nobody would be left' });
  });

  test('a repeated request answers its first change, and conflicts with another one', async () => {
    const { holder } = await opened();
    const again = request();
    await holder.apply({ removePrincipal: 'bob' }, again);
    await holder.apply({ removePrincipal: 'bob' }, again);
    await holder.apply({ principal: bob }, request());
    expect(await holder.update(() => ({ principal: alice }), again)).toEqual({ removePrincipal: 'bob' });
    expect(holder.current.record('bob')).toEqual(bob);
    const other = { ...again, requestDigest: 'another' };
    await expect(holder.apply({ principal: alice }, other)).rejects.toMatchObject({ code: 'request_conflict' });
  });

  test('concurrent changes start from what the one before has left', async () => {
    const { holder, stored } = await opened();
    const add = (index: number) =>
      holder.update(
        (current) => ({
          group: { ...ops, roles: [], members: [...(current.group('ops')?.members ?? []), `p${index}`] },
          principal: { id: `p${index}`, kind: 'person', roles: [], credentials: [] },
        }),
        request(),
      );
    await Promise.all(Array.from({ length: 20 }, (_, index) => add(index)));
    expect(holder.current.group('ops')?.members).toHaveLength(22);
    expect(await stored('group')).toEqual([holder.current.group('ops')]);
  });

  test('an approval key must be a sound one, whichever way it comes in', async () => {
    const { holder } = await opened();
    const passkey = { kind: 'passkey', algorithm: 'ES256', rpId: 'a.test' } as const;
    const unsound = { ...passkey, id: 'id-of-the-credential', spki: 'AAAA', origins: ['https://a.test'] };
    const change = holder.apply({ principal: { ...alice, approvalKeys: [unsound] } }, request());
    await expect(change).rejects.toMatchObject({
      code: 'data_invalid',
      detail: 'approval key: not a sound public key of ES256',
    });
    expect(holder.current.record('alice')).toEqual(alice);
  });
});

function needTwo({ principals }: Directory): void {
  if (principals.length < 2) throw new SidecarError('quorum_unreachable', 'policy.load');
}
