import { CKF } from '../codec/constants/sessions.ts';
import type { ProtocolVersion } from '../codec/protocol-version.ts';
import type { Mechanism } from './mechanism.ts';

/** Flags of CK_MECHANISM_INFO by what a mechanism has. */
const flagsOfCapabilities = {
  digest: CKF.DIGEST,
  sign: CKF.SIGN | CKF.MESSAGE_SIGN,
  verify: CKF.VERIFY | CKF.MESSAGE_VERIFY,
  signRecover: CKF.SIGN_RECOVER,
  verifyRecover: CKF.VERIFY_RECOVER,
  encrypt: CKF.ENCRYPT,
  decrypt: CKF.DECRYPT,
  wrap: CKF.WRAP,
  unwrap: CKF.UNWRAP,
  derive: CKF.DERIVE,
} as const satisfies Partial<Record<keyof Mechanism, number>>;

const flagsOfGenerations = { key: CKF.GENERATE, pair: CKF.GENERATE_KEY_PAIR } as const;

/** Of PKCS#11 3.0, whose calls version 0 does not carry. */
const messageFlags = CKF.MESSAGE_SIGN | CKF.MESSAGE_VERIFY;

export function flagsOf(mechanism: Mechanism, version: ProtocolVersion): number {
  const capabilities = Object.keys(flagsOfCapabilities) as (keyof typeof flagsOfCapabilities)[];
  const has = capabilities.filter((capability) => mechanism[capability] !== undefined);
  const generation = mechanism.generates === undefined ? 0 : flagsOfGenerations[mechanism.generates];
  const others = generation | (mechanism.curveFlags ?? 0);
  const flags = has.reduce((all, capability) => all | flagsOfCapabilities[capability], others);
  return version === 0 ? flags & ~messageFlags : flags;
}
