import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from '@ferrohsm/sdk/node';
import { serveApplication } from './pkcs11/application.ts';

// OpenSC's tool uses keys of the sidecar through the PKCS#11 module that p11-kit ships.

const { OPERATOR_SOCKET = '' } = process.env;

await using application = await serveApplication(['pkcs11-tool', 'openssl'], 'opensc openssl');
if (application !== undefined) {
  const { module, path, pinFile, run } = application;
  const pin = readFileSync(pinFile, 'utf8');
  const tool = (...words: readonly string[]) =>
    run('pkcs11-tool', ['--module', module, '--login', '--pin', pin, ...words]);

  // The tool's own test tries RSA without padding, which a key must be labelled for.
  await using hsm = await connect({ socket: OPERATOR_SOCKET });
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: 'AQAB' };
  await hsm.call('keys.create', {
    name: 'web/tested',
    algorithm: { ...algorithm, multipurpose: true },
    usages: ['sign', 'verify', 'encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
    labels: { 'raw-rsa': 'allowed' },
    requestId: 'pkcs11-tool-example',
  });
  const tested = tool('--test');
  console.log(
    tested
      .split('\n')
      .filter((line) => /^ +[A-Z0-9-]+: +OK$/.test(line))
      .join('\n'),
  );
  assert.match(tested, /^No errors$/m);
  console.log('pkcs11-tool --test: no errors');

  // A key that the tool makes is a named key of the sidecar.
  tool('--keypairgen', '--key-type', 'EC:prime256v1', '--id', '01', '--label', 'orders', '--usage-sign');
  for await (const { name } of hsm.keys.list({ prefix: 'orders-' })) console.log(`pkcs11-tool made ${name}`);

  // It signs digests, and openssl verifies that.
  writeFileSync(path('order'), 'order 42');
  run('openssl', ['dgst', '-sha256', '-binary', '-out', 'digest', 'order']);
  tool('--read-object', '--type', 'pubkey', '--id', '01', '--output-file', path('orders.der'));
  const files = ['--input-file', path('digest'), '--output-file', path('signature')];
  tool('--sign', '--mechanism', 'ECDSA', '--id', '01', ...files, '--signature-format', 'openssl');
  const verify = ['-verify', 'orders.der', '-keyform', 'DER', '-signature', 'signature', 'order'];
  console.log(`openssl: ${run('openssl', ['dgst', '-sha256', ...verify]).trim()}`);
}
