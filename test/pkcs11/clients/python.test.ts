import { spawnSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isThere, servedClient } from './served-client.ts';

/** The first may be a Python without the packages of the system. */
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import PyKCS11']).status === 0);
const isPythonThere = python !== undefined;
if (!isPythonThere) console.warn('NOTICE: PyKCS11 missing: tests of it are skipped; apt-get install python3-pykcs11');

const makeAndSign = `
import hashlib, sys
import PyKCS11
from PyKCS11 import *

module, pin, message = sys.argv[1:]
lib = PyKCS11Lib()
lib.load(module)
session = lib.openSession(lib.getSlotList(tokenPresent=True)[0], CKF_SERIAL_SESSION | CKF_RW_SESSION)
session.login(pin)
p256 = bytes.fromhex("06082a8648ce3d030107")
identity = [(CKA_LABEL, "python"), (CKA_ID, (0x40,)), (CKA_TOKEN, True)]
public, private = session.generateKeyPair(
    [*identity, (CKA_EC_PARAMS, p256), (CKA_VERIFY, True)],
    [*identity, (CKA_PRIVATE, True), (CKA_SENSITIVE, True), (CKA_SIGN, True)],
    mecha=PyKCS11.Mechanism(CKM_EC_KEY_PAIR_GEN),
)
digest = hashlib.sha256(message.encode()).digest()
signature = bytes(session.sign(private, digest, PyKCS11.Mechanism(CKM_ECDSA)))
assert session.verify(public, digest, signature, PyKCS11.Mechanism(CKM_ECDSA))
sensitive, extractable = session.getAttributeValue(private, [CKA_SENSITIVE, CKA_EXTRACTABLE])
assert sensitive and not extractable
try:
    session.getAttributeValue(private, [CKA_VALUE], allAsBinary=True)[0] is None or sys.exit("the private value came out")
except PyKCS11Error:
    pass
point = bytes(session.getAttributeValue(public, [CKA_EC_POINT], allAsBinary=True)[0])
print(point.hex(), signature.hex())
session.logout()
`;

describe.skipIf(!isThere({ debian: 'python3-pykcs11' }) || !isPythonThere)('Python', () => {
  const client = servedClient();

  it('makes a key, signs with it, and does not get its value', async () => {
    const message = 'what Python signs';
    const script = await client.write('make-and-sign.py', makeAndSign);
    const { stdout } = await client.run(String(python), [script, client.module, client.pin, message]);
    const [point = '', signature = ''] = stdout
      .trim()
      .split(' ')
      .map((hex) => Buffer.from(hex, 'hex'));
    const coordinates = Buffer.from(point).subarray(-64);
    const [x, y] = [coordinates.subarray(0, 32), coordinates.subarray(32)].map((each) => each.toString('base64url'));
    const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: String(x), y: String(y) } });
    expect(verify('sha256', Buffer.from(message), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature))).toBe(
      true,
    );
  });

  it('lists the private keys by the program of "pkcs11 setup"', async () => {
    const environment = await client.setUp('python');
    const { stdout } = await client.run(String(python), [client.path('keys.py')], {
      environment,
      input: `${client.pin}\n`,
    });
    expect(stdout).toMatch(/^(PIN: )?python$/m);
  });
});
