import type { KeyAlgorithm } from '../../generated/types.ts';
import { table } from './table.ts';

/** What a general-purpose key computes, by the algorithm that it is shown as. */
const purposes = table<ReadonlySet<string>>({
  'RSASSA-PKCS1-v1_5': new Set(['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'RSA-OAEP', 'RSAES-PKCS1-v1_5', 'RSA-RAW']),
  ECDSA: new Set(['ECDSA', 'ECDH']),
  'AES-GCM': new Set(['AES-GCM', 'AES-CBC', 'AES-CTR', 'AES-ECB', 'AES-KW']),
  HMAC: new Set(['HMAC']),
});

/** Whether keys of that algorithm compute the other one: only general-purpose keys compute any but their own. */
export function serves({ name, multipurpose }: KeyAlgorithm, algorithm: string): boolean {
  return multipurpose ? purposes[name]?.has(algorithm) === true : name === algorithm;
}
