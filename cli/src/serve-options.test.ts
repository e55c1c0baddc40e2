import assert from 'node:assert/strict';
import { test } from 'vitest';
import {
  approvalHooks,
  limitOptions,
  listeningPlaces,
  networkListeners,
  operatorLogOptions,
  parseSocket,
  pkcs11Link,
  probeListeners,
  restSockets,
  type ServeOptions,
} from './serve-options.ts';

test('a socket is a path, with name, mode, owner and group where they are given', () => {
  assert.deepEqual(parseSocket('/run/a.sock'), { path: '/run/a.sock' });
  assert.deepEqual(parseSocket('app=/run/a.sock,mode=0660,owner=root,group=7'), {
    name: 'app',
    path: '/run/a.sock',
    mode: '0660',
    owner: 'root',
    group: '7',
  });
  assert.equal(parseSocket('a.sock').path, `${process.cwd()}/a.sock`);
});

test.each(['', 'app=', '/s,mode=0999', '/s,color=red'])('not a socket: "%s"', (text) => {
  assert.throws(() => parseSocket(text), { exitStatus: 2 });
});

test('a WebSocket is on a loopback address', () => {
  const options = { websocket: '[::1]:0', allowOrigin: ['http://localhost'] };
  const expected = { host: '::1', port: 0, allowedOrigins: ['http://localhost'], allowedHosts: [] };
  assert.deepEqual(networkListeners(options), { webSocket: expected });
  assert.deepEqual(networkListeners({}), {});
});

test.each(['0.0.0.0:80', '127.0.0.1', '127.0.0.1:70000', 'localhost:80', '::1:80'])(
  'not a WebSocket: %s',
  (websocket) => {
    assert.throws(() => networkListeners({ websocket }), { exitStatus: 2 });
  },
);

const files = { tlsCertificate: '/c.pem', tlsKey: '/c.key', tlsClientCa: '/ca.pem' };

test('with TLS a WebSocket is on any address', () => {
  const tls = { certificate: '/c.pem', privateKey: '/c.key', clientCa: '/ca.pem' };
  const rest = { port: 80, allowedOrigins: [], allowedHosts: [] };
  assert.deepEqual(networkListeners({ websocket: '10.0.0.5:80', ...files }), {
    webSocket: { host: '10.0.0.5', ...rest, tls },
  });
  assert.deepEqual(networkListeners({ websocket: '[fd00::1]:80', ...files, tlsCrl: '/crl.pem' }), {
    webSocket: { ...{ host: 'fd00::1', ...rest }, tls: { ...tls, crl: '/crl.pem' } },
  });
});

test.each<ServeOptions>([
  { websocket: '10.0.0.5:80' },
  { websocket: 'hsm.example:80', ...files },
  { websocket: '[10.0.0.5]:80', ...files },
  { websocket: '999.0.0.1:80', ...files },
  { websocket: '10.0.0.5:80', tlsCertificate: '/c.pem', tlsKey: '/c.key' },
  { websocket: '10.0.0.5:80', tlsCrl: '/crl.pem' },
  files,
])('a mistake with TLS: %j', (options) => {
  assert.throws(() => networkListeners(options), { exitStatus: 2 });
});

test('sockets are listened on with the numbers of their owners', () => {
  assert.deepEqual(listeningPlaces({}), []);
  assert.deepEqual(listeningPlaces({ socket: [{ path: '/d.sock' }] }), [{ name: 'default', path: '/d.sock' }]);
  const app = { name: 'app', path: '/a.sock', mode: '0660', owner: 'root', group: 7 };
  assert.deepEqual(listeningPlaces({ socket: [app] }), [{ ...app, mode: 0o660, owner: 0, group: 7 }]);
  assert.throws(() => listeningPlaces({ socket: [{ ...app, group: 'no-such-group' }] }), { exitStatus: 2 });
  assert.throws(() => listeningPlaces({ systemdSockets: true }), { exitStatus: 78 });
});

test('REST listens by the same rules, beside a WebSocket or alone, and on sockets', () => {
  const admission = { allowedOrigins: [], allowedHosts: ['hsm:7421'] };
  assert.deepEqual(networkListeners({ websocket: '[::1]:1', rest: '127.0.0.1:7421', allowHost: ['hsm:7421'] }), {
    webSocket: { host: '::1', port: 1, ...admission },
    rest: { host: '127.0.0.1', port: 7421, ...admission },
  });
  assert.throws(() => networkListeners({ rest: '10.0.0.5:80' }), { exitStatus: 2 });
  assert.deepEqual(restSockets({ restSocket: [{ name: 'a', path: '/run/rest.sock', mode: '0660' }] }), [
    { name: 'a', path: '/run/rest.sock', mode: 0o660 },
  ]);
  assert.deepEqual(restSockets({}), []);
});

test('PKCS#11 has a link and the names of its sockets, or neither', () => {
  assert.deepEqual(pkcs11Link({}), {});
  assert.deepEqual(pkcs11Link({ pkcs11Socket: [] }), {});
  assert.deepEqual(pkcs11Link({ pkcs11Link: 'p.link', pkcs11Socket: ['payments', 'stock'] }), {
    pkcs11: { link: `${process.cwd()}/p.link`, sockets: ['payments', 'stock'] },
  });
  assert.throws(() => pkcs11Link({ pkcs11Link: '/p.link' }), { exitStatus: 2 });
  assert.throws(() => pkcs11Link({ pkcs11Socket: ['payments'] }), { exitStatus: 2 });
});

test.each(['', 'default', 'Payments', 'pay=/run/pay.sock', '-'])('not the name of a PKCS#11 socket: "%s"', (name) => {
  assert.throws(() => pkcs11Link({ pkcs11Link: '/p.link', pkcs11Socket: [name] }), { exitStatus: 2 });
});

test('origins without a WebSocket or REST are a mistake', () => {
  assert.throws(() => networkListeners({ allowOrigin: ['http://localhost'] }), { exitStatus: 2 });
});

test('times are given in seconds, hooks as programs and addresses', () => {
  assert.deepEqual(limitOptions({ sessionIdle: 60, approvalLifetime: 900 }), {
    sessionIdleMs: 60_000,
    sessionMaxMs: 0,
    approvalLifetimeMs: 900_000,
  });
  assert.deepEqual(approvalHooks({ approvalCommand: ['/bin/tell'], approvalWebhook: ['https://a'] }), [
    { command: ['/bin/tell'] },
    { url: 'https://a' },
  ]);
});

test('health and metrics are told nowhere unless asked, on a loopback address, or on a socket', () => {
  assert.deepEqual(probeListeners({}), []);
  assert.deepEqual(probeListeners({ metrics: '[::1]:0', metricsSocket: { path: '/run/m.sock', mode: '0660' } }), [
    { host: '::1', port: 0 },
    { name: 'metrics', path: '/run/m.sock', mode: 0o660 },
  ]);
  for (const metrics of ['0.0.0.0:9100', '10.0.0.1:9100', 'localhost:9100', '127.0.0.1'])
    assert.throws(() => probeListeners({ metrics }), { exitStatus: 2 });
});

test('the operator is told everything but requests, and with --quiet only what matters', () => {
  assert.deepEqual(operatorLogOptions({}, false), { format: 'text', level: 'info' });
  assert.deepEqual(operatorLogOptions({}, true), { format: 'text', level: 'warn' });
  assert.deepEqual(operatorLogOptions({ log: 'json', logLevel: 'debug' }, true), { format: 'json', level: 'debug' });
});
