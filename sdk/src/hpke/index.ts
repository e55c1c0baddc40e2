export { FerroHsmError } from '../errors.ts';
export type { HpkeAeadName, HpkeKdfName, HpkeKemName, HpkeSuite, HpkeSuiteIds } from './algorithms.ts';
export { hpkeSuiteIds, hpkeSuiteOf } from './algorithms.ts';
export * from './hpke.ts';
export type { HpkeRecipientKey, HpkeSubtleCrypto } from './kem.ts';
export type { HpkePsk, HpkeSetup } from './setup.ts';
