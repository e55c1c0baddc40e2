import type { PublicKey } from '@ferrohsm/sdk/node';
import { contentOf, derTags, readDer, within } from '../import/der-reader.ts';

/** The object identifier of a public key's algorithm, from the key itself; undefined where its format has none. */
export function publicKeyOid(publicKey: PublicKey | undefined): string | undefined {
  if (publicKey?.format !== 'spki') return undefined;
  const [subjectPublicKeyInfo] = readDer(Buffer.from(publicKey.data));
  const [algorithmIdentifier] = within(subjectPublicKeyInfo, derTags.sequence);
  const [oid] = within(algorithmIdentifier, derTags.sequence);
  return dotted(contentOf(oid, derTags.oid));
}

/** X.690 section 8.19: the first two arcs share a number, each number is in base 128. */
function dotted(octets: Buffer): string {
  const numbers: number[] = [];
  let number = 0;
  for (const octet of octets) {
    number = number * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [head = 0, ...rest] = numbers;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...rest].join('.');
}
