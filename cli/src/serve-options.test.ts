import assert from 'node:assert/strict';
import { test } from 'vitest';
import {
  governanceOptions,
  listeningPlaces,
  networkListeners,
  operatorLogOptions,
  parseSocket,
  probeListeners,
  restSockets,
  type ServeOptions,
} from './serve-options.ts';

test('a socket is a path, with name, mode, owner and group where they are given', () => {
  assert.deepEqual(parseSocket('a=/run/a.sock,owner=root,group=0'), {
    name: 'a',
    path: '/run/a.sock',
    owner: 0,
    group: 0,
  });
  assert.deepEqual(parseSocket('/run/a.sock'), { name: 'default', path: '/run/a.sock' });
  assert.deepEqual(parseSocket('app=/run/a.sock,mode=0660,group=7'), {
    name: 'app',
    path: '/run/a.sock',
    mode: 0o660,
    group: 7,
  });
  assert.equal(parseSocket('/run/a.sock,group=root').group, 0);
  assert.equal(parseSocket('a.sock').path, `${process.cwd()}/a.sock`);
});

test.each(['', 'app=', '/s,mode=0999', '/s,color=red', '/s,group=no-such-group'])('not a socket: "%s"', (text) => {
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

test('sockets are those that are named, else the default place', () => {
  assert.deepEqual(listeningPlaces({}, '/d.sock'), [{ name: 'default', path: '/d.sock' }]);
  assert.deepEqual(listeningPlaces({ socket: ['a=/a.sock'] }, '/d.sock'), [{ name: 'a', path: '/a.sock' }]);
  assert.throws(() => listeningPlaces({ systemdSockets: true }, '/d.sock'), { exitStatus: 78 });
});

test('REST listens by the same rules, beside a WebSocket or alone, and on sockets', () => {
  const admission = { allowedOrigins: [], allowedHosts: ['hsm:7421'] };
  assert.deepEqual(networkListeners({ websocket: '[::1]:1', rest: '127.0.0.1:7421', allowHost: ['hsm:7421'] }), {
    webSocket: { host: '::1', port: 1, ...admission },
    rest: { host: '127.0.0.1', port: 7421, ...admission },
  });
  assert.throws(() => networkListeners({ rest: '10.0.0.5:80' }), { exitStatus: 2 });
  assert.deepEqual(restSockets({ restSocket: ['a=/run/rest.sock,mode=0660'] }), [
    { name: 'a', path: '/run/rest.sock', mode: 0o660 },
  ]);
  assert.deepEqual(restSockets({}), []);
});

test('origins without a WebSocket or REST are a mistake', () => {
  assert.throws(() => networkListeners({ allowOrigin: ['http://localhost'] }), { exitStatus: 2 });
});

test('times are given in seconds, hooks as programs and addresses', () => {
  const options = {
    sessionIdle: 60,
    approvalLifetime: 900,
    approvalCommand: ['/bin/tell'],
    approvalWebhook: ['https://a'],
  };
  assert.deepEqual(governanceOptions(options), {
    sessionIdleMs: 60_000,
    approvalLifetimeMs: 900_000,
    approvalHooks: [{ command: ['/bin/tell'] }, { url: 'https://a' }],
  });
  assert.deepEqual(governanceOptions({ sessionMax: 0 }), { sessionMaxMs: 0, approvalHooks: [] });
});

test('health and metrics are told nowhere unless asked, on a loopback address, or on a socket', () => {
  assert.deepEqual(probeListeners({}), []);
  assert.deepEqual(probeListeners({ metrics: '[::1]:0', metricsSocket: '/run/m.sock,mode=0660' }), [
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
