import { CKR } from '../codec/constants/return-values.ts';
import type { MechanismParameter, ParameterKind } from '../codec/mechanism-parameters.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';

export type ParameterOf<K extends ParameterKind> = Extract<MechanismParameter, { readonly kind: K }>;

/** @throws CryptokiRefusal CKR_MECHANISM_PARAM_INVALID where there is one */
export function requireNoParameter(parameter: MechanismParameter | undefined): void {
  if (parameter !== undefined) throw invalidParameter('the mechanism has no parameter');
}

/** @throws CryptokiRefusal CKR_MECHANISM_PARAM_INVALID where it is missing or another */
export function requireParameter<K extends ParameterKind>(
  parameter: MechanismParameter | undefined,
  kind: K,
): ParameterOf<K> {
  if (parameter?.kind === kind) return parameter as ParameterOf<K>;
  throw invalidParameter(`the mechanism takes ${kind}`);
}

export function invalidParameter(detail: string): CryptokiRefusal {
  return new CryptokiRefusal(CKR.MECHANISM_PARAM_INVALID, detail);
}
