import { generateKey, importKey } from '../keys/keys.ts';
import { encryptionSchemes, wrappingSchemes } from '../operations/ciphers.ts';
import { derivationSchemes } from '../operations/derivations.ts';
import { kemSchemes } from '../operations/kems.ts';
import { digestSchemes, signatureSchemes } from '../operations/signatures.ts';
import { descriptorOf } from '../operations/table.ts';
import type { Job, JobResult, OperationName } from './job.ts';

type Performers = { readonly [O in OperationName]: (job: Job<O>) => JobResult<O> | Promise<JobResult<O>> };

const performers: Performers = Object.freeze({
  sign: ({ algorithm, key, data }) =>
    descriptorOf(signatureSchemes, algorithm.name, 'signing').sign(algorithm, key, data),
  signDigest: ({ algorithm, key, data }) =>
    descriptorOf(digestSchemes, algorithm.name, 'signing a digest').sign(algorithm, key, data),
  verify: ({ algorithm, key, signature, data }) =>
    descriptorOf(signatureSchemes, algorithm.name, 'verification').verify(algorithm, key, signature, data),
  encrypt: ({ algorithm, key, data }) =>
    descriptorOf(encryptionSchemes, algorithm.name, 'encryption').encrypt(algorithm, key, data),
  decrypt: ({ algorithm, key, data }) =>
    descriptorOf(encryptionSchemes, algorithm.name, 'decryption').decrypt(algorithm, key, data),
  wrap: ({ algorithm, key, data }) =>
    descriptorOf(wrappingSchemes, algorithm.name, 'wrapping').encrypt(algorithm, key, data),
  unwrap: ({ algorithm, key, data }) =>
    descriptorOf(wrappingSchemes, algorithm.name, 'unwrapping').decrypt(algorithm, key, data),
  derive: ({ algorithm, key, length, peer, pepper }) =>
    descriptorOf(derivationSchemes, algorithm.name, 'derivation').derive(algorithm, key, length, peer, pepper),
  encapsulate: ({ algorithm, key }) => descriptorOf(kemSchemes, algorithm.name, 'encapsulation').encapsulate(key),
  decapsulate: ({ algorithm, key, data }) =>
    descriptorOf(kemSchemes, algorithm.name, 'decapsulation').decapsulate(key, data),
  import: ({ format, data, algorithm, attributes }) => importKey(format, data, algorithm, attributes),
  generate: ({ algorithm, attributes }) => generateKey(algorithm, attributes),
} satisfies Performers);

/** Does the work of a job on this thread. */
export async function perform<O extends OperationName>(job: Job<O>): Promise<JobResult<O>> {
  return (performers[job.operation] as (job: Job<O>) => JobResult<O> | Promise<JobResult<O>>)(job);
}
