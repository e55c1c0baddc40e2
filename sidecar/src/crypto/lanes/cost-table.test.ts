import { expect, test } from 'vitest';
import { encryptionSchemes, wrappingSchemes } from '../operations/ciphers.ts';
import { derivationSchemes } from '../operations/derivations.ts';
import { kemSchemes } from '../operations/kems.ts';
import { signatureSchemes } from '../operations/signatures.ts';
import { costs } from './cost-table.ts';

const tables = [
  ['sign', signatureSchemes],
  ['verify', signatureSchemes],
  ['encrypt', encryptionSchemes],
  ['decrypt', encryptionSchemes],
  ['wrap', wrappingSchemes],
  ['unwrap', wrappingSchemes],
  ['derive', derivationSchemes],
  ['encapsulate', kemSchemes],
  ['decapsulate', kemSchemes],
] as const;

test.each(tables)('%s has a cost for every algorithm', (operation, schemes) => {
  expect(Object.keys(costs[operation])).toEqual(expect.arrayContaining(Object.keys(schemes)));
});
