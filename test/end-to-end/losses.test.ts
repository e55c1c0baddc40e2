import { createHash } from 'node:crypto';
import type { FerroHsm, MethodName, Pkcs11Object } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { losingMethods, lossOf } from '../../cli/src/change/losses.ts';
import { approver, personRecord } from './approvers.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';

const ada = approver('ada');
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const roles = ['Administrator', 'Officer', 'Operator', 'Auditor'] as const;
    const groups = [{ id: 'payments-team', members: ['ada'], roles: ['Operator'] }];
    writeConfig(folders, 'principals.json', JSON.stringify({ principals: [personRecord(ada, roles)], groups }));
  },
});
let hsm: FerroHsm;
let stored: Pkcs11Object;

beforeAll(async () => {
  hsm = await sidecar.connectWebSocket(tokenOf('ada'));
  const algorithm = { name: 'Ed25519' };
  const labels = { retention: 'sox' };
  await hsm.keys.create({ name: 'shop/old', algorithm, usages: ['sign', 'verify'], labels, description: 'invoices' });
  const { privateKey } = (await hsm.keys.get('shop/old')) as { privateKey: CryptoKey };
  await hsm.subtle.sign(algorithm, privateKey, new Uint8Array(8));
  stored = await certificate();
});
afterAll(() => hsm.close());

/** A certificate about a key, stored as an application does through PKCS#11. */
async function certificate(): Promise<Pkcs11Object> {
  const { id: key } = (await hsm.keys.get('shop/old')).record;
  const attributes = [{ type: 3, value: new TextEncoder().encode('web server') }];
  const params = { kind: 'certificate', key, attributes, requestId: 'request-of-a-certificate' } as const;
  return (await hsm.call('pkcs11Objects.create', { ...params, attributes: [...attributes] })).record;
}

const shopKey = [
  /^ {2}shop\/old \(key_.*\), owned by ada, retention=sox$/,
  /invoices/,
  /version 1 active/,
  /used once, last at 20/,
];
const digest = createHash('sha256').update('token').digest('base64url');

/** Params of each method, and what must be said of what is there. */
const losses: readonly (readonly [method: MethodName, params: object, words: readonly RegExp[]])[] = [
  ['keys.destroy', { name: 'shop/old', windowSeconds: 60 }, [...shopKey, /can be taken back until 20/]],
  ['keys.deactivate', { name: 'shop/old' }, [...shopKey, /no way back/]],
  ['keys.compromise', { name: 'shop/old' }, [...shopKey, /has to be approved/]],
  ['keys.rollback', { name: 'shop/old', version: 1 }, [...shopKey, /older secret/]],
  ['keys.liftHold', { name: 'shop/old' }, [...shopKey, /can be destroyed again/]],
  ['keys.revokeGrant', { name: 'shop/old', grantee: 'bob' }, [...shopKey, /calls of bob/]],
  ['principals.remove', { id: 'ada' }, [/person ada, Administrator, Officer, Operator, Auditor, credentials: \d/]],
  ['groups.remove', { id: 'payments-team' }, [/members: ada/]],
  ['approvers.remove', { person: 'ada', keyId: 'x' }, [/person ada/, /counts no more/]],
  ['policy.load', { text: '' }, [/version 1 is in force since 20/]],
  ['policy.rollback', { version: 1 }, [/version 1 is in force/]],
  ['tokens.revoke', { tokenSha256: digest }, [new RegExp(digest)]],
  ['tokens.revoke', { issuer: 'ci', jti: '7' }, [/the JWT 7 of ci/]],
  ['session.revoke', { session: 'ssn_unknown' }, [/no such session/]],
  ['audit.prune', { before: 3 }, [/the log has \d+ records; those below 3 may go/]],
  ['audit.erase', { principal: 'bob', before: 0 }, [/bob, in records before 1970/]],
  ['audit.rotateKeys', {}, [/the log /]],
  ['retention.set', { retentionClass: { name: 'a', keepSeconds: 1, destroys: true } }, [/destroyed by themselves/]],
  ['retention.remove', { name: 'sox' }, [/the key shop\/old names it/]],
  ['rotation.remove', { name: 'yearly' }, [/rotation policy yearly/]],
  ['keystore.rotate', {}, [/keys: 1, connections: \d+/]],
  ['keystore.changeRootKey', {}, [/keys: 1/, /safe place/]],
  ['system.seal', {}, [/keys: 1, connections: \d+/, /unsealed/]],
  ['breakGlass.open', { reason: 'fire', ticket: 'INC-1' }, [/fire \(INC-1\)/]],
];

async function wordsOf(method: MethodName, params: object): Promise<string | undefined> {
  const rehearse = () => Promise.reject(new Error('it is not asked'));
  return (await lossOf({ method, params: { ...params }, rehearse }, hsm))?.join('\n');
}

test.each(losses)('%s: what is lost is said with what is there', async (method, params, words) => {
  const text = await wordsOf(method, params);
  for (const word of words) expect(text).toMatch(new RegExp(word.source, 'm'));
});

test('an object of PKCS#11 is said with its label, owner and key', async () => {
  const words = await wordsOf('pkcs11Objects.remove', { id: stored.id });
  expect(words).toMatch(/^ {2}certificate "web server" of ada, about key_[\w-]{22}$/m);
  expect(words).toMatch(/no way back/);
});

test('the session is said with who is in it', async () => {
  const [own] = await hsm.sessions.list();
  expect(await wordsOf('session.revoke', { session: own?.id })).toMatch(/^ {2}ada, since 20/);
});

test('every method by which something is lost is among them', () => {
  const said = new Set([...losses.map(([method]) => method), 'pkcs11Objects.remove']);
  expect(said).toEqual(new Set(losingMethods));
});

test('nothing is lost by what can be taken back', async () => {
  expect(await wordsOf('keys.suspend', { name: 'shop/old' })).toBeUndefined();
  const kept = { name: 'a', keepSeconds: 1, destroys: false };
  expect(await wordsOf('retention.set', { retentionClass: kept })).toBeUndefined();
});
