import { closes, keepsNamedKeys, looksLikeWebCrypto, refusesToConnect, showsErrors } from './client.js';
import { passesEnvelopes } from './envelopes.js';
import { agrees, encapsulates, encrypts, signs } from './operations.js';
import { givesReceipts } from './receipts.js';

const cases = {
  'ECDSA P-256': (hsm) => signs(hsm, { name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }),
  Ed25519: (hsm) => signs(hsm, 'Ed25519'),
  'ML-DSA-65': (hsm) => signs(hsm, 'ML-DSA-65'),
  'SLH-DSA-SHA2-128f': (hsm) => signs(hsm, 'SLH-DSA-SHA2-128f'),
  'ML-KEM-768': (hsm) => encapsulates(hsm, 'ML-KEM-768'),
  'MLKEM768-X25519': (hsm) => encapsulates(hsm, 'MLKEM768-X25519'),
  'AES-GCM': encrypts,
  ECDH: agrees,
  'named keys': keepsNamedKeys,
  receipts: givesReceipts,
  envelopes: passesEnvelopes,
  'the face of WebCrypto': looksLikeWebCrypto,
  errors: showsErrors,
  'refused connections': refusesToConnect,
  close: closes,
};

export const caseNames = Object.keys(cases);

/**
 * Runs every case on one connection.
 *
 * @param sdk the package's `FerroHsmError`, `install` and `Envelope`; `connect`, which takes changes of the options of the runtime;
 *   `nobody`, options of a place where nobody listens
 * @param prefix of the named keys that it makes
 * @returns by the name of the case: `evidence`, bytes in hexadecimal, or `error`
 */
export async function runSuite(sdk, prefix) {
  const hsm = await sdk.connect({});
  const results = {};
  for (const [name, run] of Object.entries(cases)) {
    try {
      results[name] = { evidence: await run(hsm, { ...sdk, prefix }) };
    } catch (error) {
      results[name] = { error: `${error?.name}: ${error?.message}\n${error?.stack}` };
    }
  }
  return results;
}
