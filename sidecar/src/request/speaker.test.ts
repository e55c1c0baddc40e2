import { describe, expect, test } from 'vitest';
import type { LinkPeer, Peer } from '../peer.ts';
import { speakerOf } from './speaker.ts';

const link: LinkPeer = { transport: 'link', socket: 'pkcs11-link', sockets: ['payments', 'stock'] };
const ids = { uid: 4711, gid: 12, pid: 7 };
const unix = { transport: 'unix' } as const;

test('over the link speaks whom the front process hands on', () => {
  const user = { ...unix, socket: 'stock', handedOn: 'user', ...ids };
  expect(speakerOf(link, { protocol: 1, peer: { socket: 'stock', ...ids } })).toEqual(user);
  expect(speakerOf(link, { peer: { socket: 'payments' } })).toEqual({ ...unix, socket: 'payments', handedOn: 'user' });
  const officer = { ...unix, socket: 'pkcs11-link', handedOn: 'security-officer' };
  expect(speakerOf(link, { peer: ids })).toEqual({ ...officer, ...ids });
  expect(speakerOf(link, { peer: {} })).toEqual(officer);
});

test.each([[undefined], [null], [[]], [{}], [{ peer: null }], [{ peer: 'payments' }], [{ peer: 7 }]])(
  'over the link nobody speaks by %j',
  (params) => {
    expect(() => speakerOf(link, params)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  },
);

test.each([0, 0xffff_fffe])('%d is an id', (id) => {
  const handedOn = { uid: id, gid: id, pid: id };
  expect(speakerOf(link, { peer: handedOn })).toMatchObject(handedOn);
});

describe.each(['uid', 'gid', 'pid'])('no %s', (name) => {
  test.each([-1, 0xffff_ffff, 0.5, Number.NaN, '0', null, true, [0], {}])('is %j', (id) => {
    const peer = { socket: 'payments', [name]: id };
    expect(() => speakerOf(link, { peer })).toThrow(expect.objectContaining({ code: 'invalid_params' }));
  });
});

test.each(['default', 'pkcs11-link', 'Payments', '', 'payments ', null, 1, ['payments'], { name: 'payments' }])(
  'no socket of the front process is %j',
  (socket) => {
    expect(() => speakerOf(link, { peer: { socket } })).toThrow(expect.objectContaining({ code: 'invalid_params' }));
  },
);

describe.each<Peer>([
  { transport: 'unix', socket: 'default', uid: 0 },
  { transport: 'unix', socket: 'payments', uid: 4711 },
  { transport: 'websocket', remoteAddress: '127.0.0.1' },
  { transport: 'rest', remoteAddress: '127.0.0.1' },
])('over $transport', (peer) => {
  test('speaks the peer of the connection', () => {
    expect(speakerOf(peer, { protocol: 1 })).toBe(peer);
    expect(speakerOf(peer, undefined)).toBe(peer);
    expect(speakerOf(peer, null)).toBe(peer);
  });

  test.each([{}, { socket: 'payments' }, { uid: 0 }, null, 'payments'])('nobody else does: %j', (handedOn) => {
    const refusal = expect.objectContaining({ code: 'invalid_request' });
    expect(() => speakerOf(peer, { protocol: 1, peer: handedOn })).toThrow(refusal);
  });
});
