import { symmetricAlgorithms } from './algorithm-strength.ts';

export type PolicyProfileName = 'minimum-strength-128' | 'cnsa2' | 'hybrid-only';

const newKeys = `[
    Action::"keys.create", Action::"keys.import", Action::"keys.rotate", Action::"keys.rollback",
    Action::"subtle.generateKey", Action::"subtle.importKey"
  ]`;

/** What reads data that others made with the key, or that was made before the profile was in force. */
const lookingBack = `[
    Action::"subtle.verify", Action::"subtle.decrypt", Action::"subtle.unwrapKey",
    Action::"subtle.decapsulateBits", Action::"subtle.decapsulateKey", Action::"dataKey.decrypt"
  ]`;

/** Two rules: on keys about to be made, where every attribute may be missing, and on the use of keys. */
function profile(name: PolicyProfileName, summary: string, newKey: string, key: string): string {
  return `// ---- ${name}: ${summary}
// Binds keys that are created, rotated, generated or imported, and the use of every key: derived, unwrapped and
// decapsulated keys are judged when they are used. The size of an imported key is judged once it is unwrapped.
// What looks back stays possible with the keys that are there: verify, decrypt, unwrap, decapsulate. So does release,
// by which a key can move elsewhere. A key to verify with that is imported anew is bound like any other.

@id("${name}.new-keys")
forbid (
  principal,
  action in ${newKeys},
  resource
) when {
  ${newKey}
};

@id("${name}.use")
forbid (
  principal,
  action in Action::"key.use",
  resource is Key
) when {
  ${key}
} unless {
  action in ${lookingBack}
};
`;
}

const quotedNames = symmetricAlgorithms.map((name) => JSON.stringify(name)).join(', ');
/** Broken into lines of some 80 characters. */
const symmetric = `[\n    ${quotedNames.replace(/(.{70}[^,]*,) /g, '$1\n    ')}\n  ].contains(resource.algorithm)`;

/**
 * Cedar texts to append to a policy, by name. They only forbid: what they let pass must still be permitted.
 *
 * - `minimum-strength-128`: at least 128 bits against today's computers (SP 800-57 part 1).
 * - `cnsa2`: algorithms and sizes of CNSA 2.0 only.
 * - `hybrid-only`: pairs must be hybrid KEMs or composite signatures; secret keys are free.
 *
 * @example const engine = await loadPolicyEngine({ policies: `${defaultPolicy}\n${policyProfiles.cnsa2}`, actions });
 */
export const policyProfiles: Readonly<Record<PolicyProfileName, string>> = Object.freeze({
  'minimum-strength-128': profile(
    'minimum-strength-128',
    "at least 128 bits against today's computers",
    'resource has securityBits && resource.securityBits < 128',
    'resource.securityBits < 128',
  ),
  cnsa2: profile(
    'cnsa2',
    'the algorithms and sizes of CNSA 2.0 only',
    'resource has cnsa2 && !resource.cnsa2',
    '!resource.cnsa2',
  ),
  'hybrid-only': profile(
    'hybrid-only',
    'pairs are hybrid KEMs or composite signatures; secret keys are free',
    `resource has hybrid && !resource.hybrid && !(resource has algorithm && ${symmetric})`,
    `!resource.hybrid && !${symmetric}`,
  ),
});
