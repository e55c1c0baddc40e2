import { SidecarError } from '../errors.ts';
import type { KeyAlgorithm } from '../generated/types.ts';
import { strengthOf } from '../policy/algorithm-strength.ts';

/** What SP 800-131A still allows: RSA of 2048 bits. */
const leastBits = 112;
/** No public key that wraps has to be stronger: those that sidecars make for imports are from there upwards. */
const publicKeyBits = 128;

/**
 * A key is worth as much as what protects it (SP 800-57 part 1, section 5.6.2): what wraps it must have its strength.
 * An AES key must have all of it, a public key at most 128 bits of it. What quantum computers do to the wrapping is for
 * policies to judge, by `context.wrapping`.
 *
 * @throws SidecarError `wrapping_weak`
 */
export function requireStrongWrapping(wrapping: KeyAlgorithm, key: KeyAlgorithm): void {
  const wanted = strengthOf(key).securityBits;
  const needed = Math.max(leastBits, wrapping.name === 'AES-KW' ? wanted : Math.min(wanted, publicKeyBits));
  const { securityBits } = strengthOf(wrapping);
  if (securityBits >= needed) return;
  const { name, modulusLength = wrapping.length } = wrapping;
  throw new SidecarError(
    'wrapping_weak',
    `${[name, modulusLength].join(' ').trim()} has ${securityBits} bits of strength, ${needed} are needed`,
  );
}
