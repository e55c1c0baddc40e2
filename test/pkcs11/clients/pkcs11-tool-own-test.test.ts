import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServedSidecar } from '../served-sidecar.ts';
import { stockClient } from '../served-token.ts';
import { isThere, runClient } from './served-client.ts';

describe.skipIf(!isThere({ programs: ['pkcs11-tool'], debian: 'opensc' }))('the test of pkcs11-tool itself', () => {
  let served: ServedSidecar;
  beforeAll(async () => {
    served = await ServedSidecar.serve({ requiresPin: true });
  });
  afterAll(() => served?.[Symbol.asyncDispose]());

  it('finds no error with keys that were made through the SDK', async () => {
    await using hsm = await served.connect();
    const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: 'AQAB' };
    await hsm.call('keys.create', {
      name: 'tested/rsa',
      algorithm: { ...rsa, multipurpose: true },
      usages: ['sign', 'verify', 'encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
      // It tries RSA without padding with every RSA key.
      labels: { 'raw-rsa': 'allowed' },
      requestId: 'own-test-rsa',
    });
    await hsm.call('keys.create', {
      name: 'tested/ec',
      algorithm: { name: 'ECDSA', namedCurve: 'P-256', multipurpose: true },
      usages: ['sign', 'verify', 'deriveKey', 'deriveBits'],
      requestId: 'own-test-ec',
    });
    const place = { folder: served.folders.root, socketPath: served.socketPath };
    const words = ['--module', stockClient.module, '--login', '--pin', served.pin, '--test'];
    const { stdout, stderr } = await runClient(place, 'pkcs11-tool', words);
    expect(`${stdout}${stderr}`).toMatch(/^No errors$/m);
    expect(stdout).toMatch(/testing key \d+ \(.*rsa.*\)\n( .*\n)*? +RSA-PKCS: OK$/m);
  });
});
