import { expect, test } from 'vitest';
import { algorithmNames } from '../../cli/src/algorithm-names.ts';
import { keyFamilies } from '../../sidecar/src/crypto/keys/algorithm-table.ts';

/** Keys of these are inputs of a derivation: they are imported, never made. */
const inputs = ['HKDF', 'PBKDF2', 'Argon2d', 'Argon2i', 'Argon2id'];

test('the command knows the names of all algorithms that the sidecar makes keys of', () => {
  const made = Object.keys(keyFamilies).filter((name) => !inputs.includes(name));
  expect(algorithmNames.toSorted()).toEqual(made.toSorted());
});
