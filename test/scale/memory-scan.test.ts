import { connect } from '@ferrohsm/sdk/node';
import { expect, test } from 'vitest';
import { createFolders, discardFolders } from '../../tools/throw-away-sidecar.ts';
import { KnownSecrets } from '../memory/known-secrets.ts';
import { type PairAlgorithm, usePair } from '../memory/pair-uses.ts';
import { findInMemory } from '../memory/process-memory.ts';
import { collectGarbage, startWatchedSidecar } from '../memory/watched-sidecar.ts';

const curves = ['P-256', 'P-384', 'P-521'];
const rsa = { hash: 'SHA-512', modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) };
const slhDsa = ['SHA2', 'SHAKE'].flatMap((hash) => ['128f', '192f', '256f'].map((set) => `SLH-DSA-${hash}-${set}`));
const edwards = ['MLDSA44-Ed25519-SHA512', 'MLDSA65-Ed25519-SHA512', 'MLDSA87-Ed448-SHAKE256'];
const composites = [
  'MLDSA44-RSA2048-PSS-SHA256',
  'MLDSA44-ECDSA-P256-SHA256',
  'MLDSA65-RSA3072-PSS-SHA512',
  'MLDSA65-ECDSA-P384-SHA512',
  'MLDSA87-ECDSA-P384-SHA512',
  'MLDSA87-ECDSA-P521-SHA512',
];
const kems = ['ML-KEM-512', 'ML-KEM-768', 'ML-KEM-1024', 'MLKEM768-X25519', 'MLKEM768-P256', 'MLKEM1024-P384'];

function all(
  kind: PairAlgorithm['kind'],
  names: readonly string[],
  formats: PairAlgorithm['formats'],
): PairAlgorithm[] {
  return names.map((name) => ({ algorithm: { name }, kind, formats }));
}

/** Every family, parameter set and format that is not text. */
const algorithms: readonly PairAlgorithm[] = [
  ...all('signature', ['Ed25519', 'Ed448'], ['pkcs8']),
  ...all('agreement', ['X25519', 'X448'], ['pkcs8']),
  ...curves.flatMap((namedCurve): PairAlgorithm[] => [
    { algorithm: { name: 'ECDSA', namedCurve }, kind: 'signature', formats: ['pkcs8'] },
    { algorithm: { name: 'ECDH', namedCurve }, kind: 'agreement', formats: ['pkcs8'] },
  ]),
  { algorithm: { name: 'RSA-PSS', ...rsa }, kind: 'signature', formats: ['pkcs8'] },
  { algorithm: { name: 'RSASSA-PKCS1-v1_5', ...rsa }, kind: 'signature', formats: ['pkcs8'] },
  { algorithm: { name: 'RSA-OAEP', ...rsa }, kind: 'encryption', formats: ['pkcs8'] },
  ...all('signature', ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87', ...edwards], ['raw-seed', 'pkcs8']),
  ...all('signature', [...slhDsa], ['raw-private', 'pkcs8']),
  ...all('signature', composites, ['raw-private', 'pkcs8']),
  ...all('kem', kems, ['raw-seed', 'pkcs8']),
];

test('no secret of any algorithm stays in the memory of a sidecar', async () => {
  const folders = createFolders();
  const sidecar = await startWatchedSidecar({ folders });
  const known = new KnownSecrets();
  try {
    await using hsm = await connect({ socket: sidecar.socket });
    for (const algorithm of algorithms) await usePair(hsm, known, algorithm);
    await hsm.close();
    await collectGarbage(sidecar);
    expect(findInMemory(sidecar.pid, known.needles)).toEqual([]);
  } finally {
    await sidecar.stop();
    discardFolders(folders);
  }
});
