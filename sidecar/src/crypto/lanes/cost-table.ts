import { slhDsaParameterSets } from '../operations/signatures.ts';
import { type Table, table } from '../operations/table.ts';
import type { Job, OperationName } from './job.ts';

/**
 * What an operation costs in CPU microseconds on a server core of 2024, node:crypto with OpenSSL 3.5. Only the order
 * of magnitude counts: it picks the lane.
 */
interface Cost {
  readonly baseUs: number;
  readonly perKibUs: number;
  /** Multiplies `baseUs` by what the key or the parameters ask for. */
  readonly factor?: (job: Job) => number;
}

const unknown: Cost = Object.freeze({ baseUs: 200, perKibUs: 3 });

function fixed(baseUs: number, perKibUs = 3): Cost {
  return Object.freeze({ baseUs, perKibUs });
}

/** Private-key operations grow with the cube of the modulus, public-key operations with its square. */
function rsa(base2048Us: number, power: number): Cost {
  const factor = (job: Job) => ((modulusBits(job) ?? 2048) / 2048) ** power;
  return Object.freeze({ baseUs: base2048Us, perKibUs: 3, factor });
}

function byCurve(p256Us: number): Cost {
  const factor = (job: Job) => (curveOf(job) === 'P-256' ? 1 : 15);
  return Object.freeze({ baseUs: p256Us, perKibUs: 3, factor });
}

function modulusBits(job: Job): number | undefined {
  return job.operation === 'generate' ? job.algorithm.modulusLength : job.key.algorithm.modulusLength;
}

function curveOf(job: Job): string | undefined {
  return job.operation === 'generate' ? job.algorithm.namedCurve : job.key.algorithm.namedCurve;
}

/** One derived block of SHA-512 and shorter takes about half a microsecond an iteration. */
const pbkdf2: Cost = Object.freeze({
  baseUs: 0.5,
  perKibUs: 3,
  factor: (job: Job) => {
    const blocks = job.operation === 'derive' ? Math.ceil((job.length ?? 0) / 256) : 1;
    return (job.algorithm.iterations ?? 0) * Math.max(blocks, 1);
  },
});

const slhDsaSigning = fixed(300_000);
const slhDsaVerification = fixed(2_000);

function forSlhDsa(cost: Cost): Record<string, Cost> {
  return Object.fromEntries(slhDsaParameterSets.map((name) => [name, cost]));
}

const aes: Record<string, Cost> = {
  'AES-GCM': fixed(15, 1),
  'AES-CBC': fixed(15, 2),
  'AES-CTR': fixed(15, 1),
  'AES-KW': fixed(15, 20),
};

/** Every algorithm by operation. */
export const costs: { readonly [O in OperationName]: Table<Cost> } = Object.freeze({
  sign: table({
    HMAC: fixed(8),
    'RSASSA-PKCS1-v1_5': rsa(530, 3),
    'RSA-PSS': rsa(530, 3),
    ECDSA: byCurve(50),
    Ed25519: fixed(70),
    'ML-DSA-44': fixed(1_150),
    'ML-DSA-65': fixed(2_000),
    'ML-DSA-87': fixed(2_300),
    'MLDSA65-Ed25519-SHA512': fixed(2_100),
    ...forSlhDsa(slhDsaSigning),
  }),
  verify: table({
    HMAC: fixed(8),
    'RSASSA-PKCS1-v1_5': rsa(40, 2),
    'RSA-PSS': rsa(40, 2),
    ECDSA: byCurve(120),
    Ed25519: fixed(200),
    'ML-DSA-44': fixed(280),
    'ML-DSA-65': fixed(420),
    'ML-DSA-87': fixed(600),
    'MLDSA65-Ed25519-SHA512': fixed(650),
    ...forSlhDsa(slhDsaVerification),
  }),
  encrypt: table({ ...aes, 'RSA-OAEP': rsa(40, 2) }),
  decrypt: table({ ...aes, 'RSA-OAEP': rsa(530, 3) }),
  wrap: table({ ...aes, 'RSA-OAEP': rsa(40, 2) }),
  unwrap: table({ ...aes, 'RSA-OAEP': rsa(530, 3) }),
  derive: table({ ECDH: byCurve(80), X25519: fixed(70), HKDF: fixed(15), PBKDF2: pbkdf2 }),
  encapsulate: table({
    'ML-KEM-512': fixed(60),
    'ML-KEM-768': fixed(80),
    'ML-KEM-1024': fixed(100),
    'MLKEM768-X25519': fixed(290),
    'MLKEM768-P256': fixed(300),
    'MLKEM1024-P384': fixed(2_000),
  }),
  decapsulate: table({
    'ML-KEM-512': fixed(75),
    'ML-KEM-768': fixed(100),
    'ML-KEM-1024': fixed(150),
    'MLKEM768-X25519': fixed(270),
    'MLKEM768-P256': fixed(280),
    'MLKEM1024-P384': fixed(2_000),
  }),
  generate: table({
    'RSASSA-PKCS1-v1_5': rsa(100_000, 4),
    'RSA-PSS': rsa(100_000, 4),
    'RSA-OAEP': rsa(100_000, 4),
    HMAC: fixed(10),
    'AES-GCM': fixed(10),
    'AES-CBC': fixed(10),
    'AES-CTR': fixed(10),
    'AES-KW': fixed(10),
    ECDSA: byCurve(30),
    ECDH: byCurve(30),
    Ed25519: fixed(60),
    X25519: fixed(60),
    'ML-KEM-512': fixed(70),
    'ML-KEM-768': fixed(100),
    'ML-KEM-1024': fixed(150),
    'ML-DSA-44': fixed(150),
    'ML-DSA-65': fixed(250),
    'ML-DSA-87': fixed(350),
    'MLDSA65-Ed25519-SHA512': fixed(350),
    'MLKEM768-X25519': fixed(200),
    'MLKEM768-P256': fixed(200),
    'MLKEM1024-P384': fixed(600),
    ...forSlhDsa(fixed(80_000)),
  }),
});

/** Estimated CPU microseconds of a job. */
export function estimateUs(job: Job): number {
  const { baseUs, perKibUs, factor = () => 1 } = costs[job.operation][job.algorithm.name] ?? unknown;
  const bytes = 'data' in job ? job.data.length : 0;
  return baseUs * factor(job) + (perKibUs * bytes) / 1024;
}
