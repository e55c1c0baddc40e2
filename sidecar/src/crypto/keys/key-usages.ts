import { SidecarError } from '../../errors.ts';
import type { KeyUsage } from '../../generated/types.ts';

/** @throws SidecarError `syntax_invalid` when a usage is not among the allowed ones */
export function requireAllowed(usages: readonly KeyUsage[], allowed: readonly KeyUsage[]): void {
  const stranger = usages.find((usage) => !allowed.includes(usage));
  if (stranger !== undefined) throw new SidecarError('syntax_invalid', `usage ${stranger}`);
}

/** @throws SidecarError `syntax_invalid`: a secret or private key without usages cannot do anything */
export function requireSome(usages: readonly KeyUsage[]): void {
  if (usages.length === 0) throw new SidecarError('syntax_invalid', 'no usages');
}

/** The wanted usages that a key may have, each once, in the order of `allowed`. */
export function intersection(wanted: readonly KeyUsage[], allowed: readonly KeyUsage[]): readonly KeyUsage[] {
  return allowed.filter((usage) => wanted.includes(usage));
}
