import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../generated/types.ts';
import { defaultPolicy } from './default-policy.ts';
import type { PolicyEngine, PolicyResource } from './engine.ts';
import { allActions, ask, engineOf, keyOf, principalOf, session, system } from './test-request.ts';

let engine: PolicyEngine;
const faults: string[] = [];

beforeAll(async () => {
  engine = await engineOf(defaultPolicy, (reason) => faults.push(reason));
});

/** The columns of each cell of the table below: who asks, always as `me`, with this role and no other. */
const columns: readonly (readonly Role[])[] = [
  ['Administrator'],
  ['Officer'],
  ['Operator'],
  ['Auditor'],
  ['Service'],
  [],
];

const mine = { owner: 'me' };
const labelled = { labels: Object.freeze({ service: 'me' }) };
const raw = { labels: Object.freeze({ 'raw-rsa': 'allowed' }) };
const name = (attributes: PolicyResource['attributes']): PolicyResource => ({ type: 'KeyName', id: 'a', attributes });

const resources: Record<string, PolicyResource> = {
  system,
  session,
  'any key': keyOf(),
  'labelled key': keyOf(labelled),
  'own key': keyOf(mine),
  'raw key': keyOf(raw),
  'own raw key': keyOf({ ...mine, ...raw }),
  'public half': keyOf({ keyType: 'public', extractable: true }),
  'own session key': keyOf({ ...mine, scope: 'session', extractable: true }),
  "another's session key": keyOf({ scope: 'session', extractable: true }),
  'any name': name(keyOf().attributes),
  'labelled name': name(keyOf(labelled).attributes),
  'own name': name(keyOf(mine).attributes),
  'free name': name({}),
  'own object': objectOf('me'),
  "another's object": objectOf('zoe'),
  "another's request": approvalOf('zoe'),
  'own request': approvalOf('me'),
};

function approvalOf(requester: string): PolicyResource {
  return { type: 'Approval', id: 'apr', attributes: { operation: 'keys.export', requester, labels: {} } };
}

function objectOf(owner: string): PolicyResource {
  return { type: 'Pkcs11Object', id: 'obj', attributes: { kind: 'certificate', owner } };
}

type Row = Readonly<Record<string, string>>;

// Administrator, Officer, Operator, Auditor, Service, no role: + allowed, 1 with one approval, - denied.
const everyone = '++++++';
const nobody = '------';
const basics: Row = { system: everyone };
const audit: Row = { system: '+--+--' };
const ownConnection: Row = { session: everyone };
const makesSessionKeys: Row = { session: '--+-+-' };
const rawRsa: Row = {
  'any key': nobody,
  'own key': nobody,
  'own session key': nobody,
  'raw key': '--+---',
  'own raw key': '--+-++',
};
const uses: Row = {
  'any key': '--+---',
  'labelled key': '--+-+-',
  'own key': '--+-++',
  'public half': '--+---',
  'own session key': everyone,
  "another's session key": nobody,
};

// Everyone asks as a person; what workloads may not is told by role-matrix.txt.
const administratorHeld: Row = { system: '1-----' };
const governors: Row = { system: '11----' };
const reading: Row = { system: '++-+--' };
const decides: Row = { "another's request": '++----', 'own request': '++----' };

function keyRows(cell: string): Row {
  return { 'any name': cell, 'labelled name': cell, 'own name': cell, 'free name': cell };
}

/** What the descriptions of the roles say, written out. */
const matrix: Readonly<Record<string, Row>> = {
  'system.hello': basics,
  'system.status': basics,
  'system.random': basics,
  'system.unseal': basics,
  'system.seal': { system: '+-----' },
  'rpc.discover': basics,
  'session.whoami': ownConnection,
  'session.release': ownConnection,
  'audit.checkpoint': audit,
  'audit.list': audit,
  'audit.receipt': audit,
  'audit.rotateKeys': administratorHeld,
  'audit.setRetention': administratorHeld,
  'audit.prune': administratorHeld,
  'audit.erase': administratorHeld,
  'principals.list': reading,
  'principals.set': administratorHeld,
  'principals.remove': administratorHeld,
  'groups.set': administratorHeld,
  'groups.remove': administratorHeld,
  'approvers.enrol': { system: '111111' },
  'approvers.remove': administratorHeld,
  'tokens.invite': administratorHeld,
  'tokens.revoke': { system: '+-----' },
  'session.list': audit,
  'session.revoke': { system: '+-----' },
  'policy.get': reading,
  'policy.history': reading,
  'policy.check': reading,
  'policy.explain': reading,
  'policy.simulate': reading,
  'policy.load': governors,
  'policy.rollback': governors,
  'approvals.list': basics,
  'approvals.events': basics,
  'approvals.get': { "another's request": '++-+--', 'own request': everyone },
  'approvals.cancel': { "another's request": nobody, 'own request': everyone },
  'approvals.approve': decides,
  'approvals.deny': decides,
  'breakGlass.open': { system: '--1---' },
  'breakGlass.list': { system: '++++--' },
  'breakGlass.review': reading,
  'keys.grant': keyRows('-1----'),
  'keys.revokeGrant': keyRows('-+----'),
  'keys.limit': keyRows('-1----'),
  'keys.unfreeze': keyRows('-1----'),
  'keys.activate': keyRows('-+----'),
  'keys.suspend': keyRows('++----'),
  'keys.resume': keyRows('-+----'),
  'keys.deactivate': keyRows('-+----'),
  'keys.compromise': keyRows('++----'),
  'keys.destroy': keyRows('-1----'),
  'keys.cancelDestruction': keyRows('-+----'),
  'keys.rotate': keyRows('-+----'),
  'keys.rollback': keyRows('-1----'),
  'keys.update': keyRows('-+----'),
  'keys.assign': keyRows('-1----'),
  'keys.certificate': keyRows('++-+--'),
  'keys.usage': keyRows('++-+--'),
  'keystore.verify': audit,
  'keystore.rotate': administratorHeld,
  'keystore.changeRootKey': administratorHeld,
  'keys.retain': keyRows('-+----'),
  'keys.hold': keyRows('-+----'),
  'keys.liftHold': keyRows('-1----'),
  'backup.create': { system: '1-----' },
  'backup.list': { system: '+--+--' },
  'backup.restore': { system: '1-----' },
  'retention.set': { system: '-1----' },
  'retention.remove': { system: '-1----' },
  'retention.list': { system: '-+-+--' },
  'rotation.set': { system: '-1----' },
  'rotation.remove': { system: '-1----' },
  'rotation.list': { system: '-+-+--' },
  'pkcs11Objects.list': { system: '+-+-+-' },
  'pkcs11Objects.create': { "another's object": nobody, 'own object': '--+-+-' },
  'pkcs11Objects.get': { "another's object": '+-----', 'own object': '+-+-+-' },
  'pkcs11Objects.update': { "another's object": nobody, 'own object': '--+-+-' },
  'pkcs11Objects.remove': { "another's object": '+-----', 'own object': '+-+-+-' },
  'keys.export': {
    'any key': '-11---',
    'labelled key': '-11---',
    'own key': '-11-11',
    'public half': '-++---',
    'own session key': everyone,
    "another's session key": nobody,
  },
  'keys.export.wrappingKey': {
    'any key': '-++---',
    'labelled key': '-++-+-',
    'own key': '-++-++',
    'public half': '-++---',
    'own session key': everyone,
    "another's session key": nobody,
  },
  'keys.list': { system: '+++++-' },
  'keys.create': { 'any name': '-+----', 'labelled name': '-+----', 'own name': '-+----', 'free name': '-+----' },
  'keys.prepareImport': { system: '-+----' },
  'keys.import': keyRows('-1----'),
  'keys.rename': { 'any name': '++----', 'labelled name': '++----', 'own name': '++----', 'free name': '++----' },
  'keys.get': {
    'any name': '++++--',
    'labelled name': '+++++-',
    'own name': everyone,
    'free name': '++++--',
    'any key': '++++--',
    'labelled key': '+++++-',
    'own key': everyone,
    'own session key': everyone,
  },
  'subtle.generateKey': makesSessionKeys,
  'subtle.importKey': makesSessionKeys,
  'subtle.sign': uses,
  'subtle.signDigest': uses,
  'subtle.verify': uses,
  'subtle.encrypt': uses,
  'subtle.decrypt': uses,
  'subtle.deriveBits': uses,
  'subtle.deriveKey': uses,
  'subtle.encapsulateBits': uses,
  'subtle.encapsulateKey': uses,
  'subtle.decapsulateBits': uses,
  'subtle.decapsulateKey': uses,
  'subtle.unwrapKey': uses,
  'subtle.wrapKey.wrappingKey': uses,
  'dataKey.generate': uses,
  'dataKey.decrypt': uses,
  'dataKey.rewrap': uses,
  'subtle.encrypt.callerNonce': uses,
  'subtle.decrypt.rawRsa': rawRsa,
  'subtle.getPublicKey': {
    'any key': '++++--',
    'labelled key': '+++++-',
    'own key': everyone,
    'public half': '++++--',
    'own session key': everyone,
    "another's session key": nobody,
  },
  'subtle.exportKey': {
    'any key': '--1---',
    'labelled key': '--1---',
    'own key': '--1-11',
    'public half': '++++--',
    'own session key': everyone,
    "another's session key": nobody,
  },
  'subtle.wrapKey': {
    'any key': '--1---',
    'labelled key': '--1---',
    'own key': '--1-11',
    'public half': '--+---',
    'own session key': everyone,
    "another's session key": nobody,
  },
};

function mark(roles: readonly Role[], action: string, resource: PolicyResource): string {
  const principal = principalOf('me', roles);
  const decide = (approvals: number) => ask(engine, { principal, action, resource, context: { approvals } }).outcome;
  if (decide(0) === 'allow') return '+';
  if (decide(1) === 'allow') return '1';
  return decide(1_000) === 'allow' ? 'more' : '-';
}

describe('the shipped roles', () => {
  test('the table has every action', () => {
    expect(Object.keys(matrix).sort()).toEqual([...allActions].sort());
  });

  test.each(Object.entries(matrix))('%s', (action, row) => {
    const found: Record<string, string> = {};
    for (const kind of Object.keys(row)) {
      const resource = resources[kind] ?? system;
      found[kind] = columns.map((roles) => mark(roles, action, resource)).join('');
    }
    expect(found).toEqual(row);
    // Twice: what the cache answers is what was decided.
    for (const [kind, cell] of Object.entries(row)) {
      expect(columns.map((roles) => mark(roles, action, resources[kind] ?? system)).join('')).toBe(cell);
    }
    expect(faults).toEqual([]);
  });

  test('no action reaches a kind of resource that its method does not act upon', () => {
    const all = principalOf('me', ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service']);
    for (const [action, row] of Object.entries(matrix)) {
      const kinds = new Set(Object.keys(row).map((kind) => resources[kind]?.type));
      // A key is asked about where its name is, to learn whether a refusal may admit that it exists.
      if (kinds.has('KeyName')) kinds.add('Key');
      for (const resource of Object.values(resources)) {
        if (kinds.has(resource.type)) continue;
        const { outcome } = ask(engine, { principal: all, action, resource, context: { approvals: 9 } });
        expect(outcome, `${action} on ${resource.type}`).toBe('deny');
      }
    }
  });
});

describe('the owner and the label', () => {
  test('are compared whole: neither part, nor case, nor another label fits', () => {
    const service = principalOf('me', ['Service'], 'workload');
    const near: PolicyResource[] = ['ME', 'me ', 'm', 'mee', '', 'me/x'].flatMap((text) => [
      keyOf({ labels: { service: text } }),
      keyOf({ owner: text }),
    ]);
    near.push(keyOf({ labels: { services: 'me', owner: 'me', team: 'me' } }), keyOf({ name: 'me' }), keyOf({}, 'me'));
    for (const resource of near) {
      for (const action of ['subtle.sign', 'subtle.exportKey', 'subtle.getPublicKey', 'keys.get']) {
        const { outcome } = ask(engine, { principal: service, action, resource, context: { approvals: 9 } });
        expect(outcome, `${action} ${JSON.stringify(resource)}`).toBe('deny');
      }
    }
  });

  test('whoever governs keys does not use the own ones, whatever else they are not', () => {
    for (const role of ['Administrator', 'Officer', 'Auditor'] as const) {
      const principal = principalOf('me', [role]);
      expect(ask(engine, { principal, action: 'subtle.sign', resource: keyOf(mine) }).outcome).toBe('deny');
      const both = principalOf('me', [role, 'Operator']);
      expect(ask(engine, { principal: both, action: 'subtle.sign', resource: keyOf(mine) }).outcome).toBe('allow');
    }
  });

  test('the owner of a workload is not the owner of its keys', () => {
    const person = principalOf('me');
    const workload = { ...principalOf('robot', ['Service'], 'workload'), owner: 'me' };
    const ofWorkload = keyOf({ owner: 'robot' });
    expect(ask(engine, { principal: workload, action: 'subtle.sign', resource: ofWorkload }).outcome).toBe('allow');
    expect(ask(engine, { principal: person, action: 'subtle.sign', resource: ofWorkload }).outcome).toBe('deny');
    expect(ask(engine, { principal: workload, action: 'subtle.sign', resource: keyOf(mine) }).outcome).toBe('deny');
  });
});

test('the guard of releases stands against all roles at once and the owner', () => {
  const principal = principalOf('me', ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service']);
  for (const action of ['subtle.exportKey', 'subtle.wrapKey']) {
    for (const keyType of ['private', 'secret']) {
      const question = { principal, action, resource: keyOf({ ...mine, keyType, extractable: true }) };
      const held = ask(engine, question);
      expect(held).toMatchObject({ outcome: 'deny', policies: ['guard.release'] });
      expect(ask(engine, { ...question, context: { approvals: 1 } }).outcome).toBe('allow');
      expect(ask(engine, question).outcome).toBe('deny');
    }
  }
});
