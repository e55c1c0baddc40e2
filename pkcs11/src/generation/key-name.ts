import { randomBytes } from 'node:crypto';

const longest = 50;

/**
 * A name for a key that PKCS#11 makes: what its label leaves of the letters that names have, and digits that no other key
 * has, since labels need not be unique.
 */
export function keyName(collection: string, label: string): string {
  const slug = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');
  return `${collection}${slug === '' ? 'key' : slug}-${randomBytes(4).toString('hex')}`;
}
