import type { KeyObject } from 'node:crypto';
import { CliError } from '../errors.ts';
import type { KeyParameters } from '../key-algorithms.ts';

/** What a key file says of the algorithm of its key. */
export interface FoundAlgorithm extends KeyParameters {
  readonly name: string;
}

/** WebCrypto's names by the type that node:crypto gives a key; of several uses the signature. */
const names: Readonly<Record<string, string>> = Object.freeze({
  rsa: 'RSA-PSS',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
  x25519: 'X25519',
  x448: 'X448',
});

const curves: Readonly<Record<string, string>> = Object.freeze({
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
});

/**
 * The algorithm of a private key: where there is a choice, the one that signs.
 *
 * @throws CliError 65 for a key that FerroHSM has no algorithm for
 */
export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): FoundAlgorithm {
  const type: string = asymmetricKeyType ?? '';
  if (type === 'ec') return ellipticCurve(asymmetricKeyDetails?.namedCurve ?? '');
  if (/^ml-(dsa|kem)-\d+$/.test(type)) return { name: type.toUpperCase() };
  if (type.startsWith('slh-dsa-')) return { name: slhDsaName(type) };
  const name = names[type];
  if (name === undefined) throw unknown(type);
  return { name };
}

function ellipticCurve(openSslName: string): FoundAlgorithm {
  const namedCurve = curves[openSslName];
  if (namedCurve === undefined) throw unknown(`the curve ${openSslName}`);
  return { name: 'ECDSA', namedCurve };
}

/** `SLH-DSA-SHA2-128s`: the last letter, small or fast, stays as it is. */
function slhDsaName(type: string): string {
  return type.slice(0, -1).toUpperCase() + type.slice(-1);
}

function unknown(what: string): CliError {
  return new CliError(65, `there is no algorithm for a key of ${what}`, 'see: ferrohsm key create --help');
}
