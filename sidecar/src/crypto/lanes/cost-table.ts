import type { KeyAlgorithm, KeyFormat } from '../../generated/types.ts';
import { keyFamilies } from '../keys/algorithm-table.ts';
import { slhDsaParameterSets } from '../operations/signatures.ts';
import { type Table, table } from '../operations/table.ts';
import { compositeMicroseconds, mlDsaMicroseconds } from './composite-costs.ts';
import type { Job, OperationName } from './job.ts';
import { type MachineSpeed, tabledSpeed } from './machine-speed.ts';

/**
 * What an operation costs in CPU microseconds on a server core of 2024, node:crypto with OpenSSL 3.5; this machine may
 * take a multiple of it. Only the order of magnitude counts: it picks the lane.
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

/** Private-key operations grow with the cube of the modulus, generation with its fourth power. */
function rsa(base2048Us: number, power: number): Cost {
  const factor = (job: Job) => ((modulusBits(job) ?? 2048) / 2048) ** power;
  return Object.freeze({ baseUs: base2048Us, perKibUs: 3, factor });
}

/** Public-key operations grow with the square of the modulus and with the exponent: base64url, nearly always AQAB. */
function rsaPublic(base2048Us: number): Cost {
  const factor = (job: Job) => {
    const { publicExponent = '' } = keyAlgorithmOf(job);
    return ((modulusBits(job) ?? 2048) / 2048) ** 2 * Math.max(1, publicExponent.length / 'AQAB'.length);
  };
  return Object.freeze({ baseUs: base2048Us, perKibUs: 3, factor });
}

function byCurve(p256Us: number): Cost {
  const factor = (job: Job) => (curveOf(job) === 'P-256' ? 1 : 15);
  return Object.freeze({ baseUs: p256Us, perKibUs: 3, factor });
}

function modulusBits(job: Job): number | undefined {
  return keyAlgorithmOf(job).modulusLength;
}

function curveOf(job: Job): string | undefined {
  return keyAlgorithmOf(job).namedCurve;
}

function keyAlgorithmOf(job: Job): KeyAlgorithm {
  return 'key' in job ? job.key.algorithm : job.algorithm;
}

/** Formats that may hold a private key. */
const privateFormats: ReadonlySet<KeyFormat> = new Set(['pkcs8', 'jwk', 'raw-private', 'raw-seed']);

/** Import of keys of which a private one is checked by signing with it. */
function checkedImport(signingUs: number, growth: (bytes: number) => number = () => 1): Cost {
  const factor = (job: Job) =>
    job.operation === 'import' && privateFormats.has(job.format) ? growth(job.data.length) : 0;
  return Object.freeze({ baseUs: signingUs, perKibUs: 3, factor });
}

/** A PKCS#8 key of 2048 bits has about 1218 bytes. */
const rsaImport = checkedImport(530, (bytes) => (bytes / 1218) ** 3);

/** One derived block of SHA-512 and shorter takes about half a microsecond an iteration. */
const pbkdf2: Cost = Object.freeze({
  baseUs: 0.5,
  perKibUs: 3,
  factor: (job: Job) => {
    const blocks = job.operation === 'derive' ? Math.ceil((job.length ?? 0) / 256) : 1;
    return (job.algorithm.iterations ?? 0) * Math.max(blocks, 1);
  },
});

/** A pass over one KiB of memory takes up to two microseconds; output is short. */
const argon2: Cost = Object.freeze({
  baseUs: 2,
  perKibUs: 3,
  factor: ({ algorithm: { memory = 0, passes = 1 } }: Job) => memory * passes,
});

const slhDsaSigning = fixed(300_000);
const slhDsaVerification = fixed(2_000);

function forSlhDsa(cost: Cost): Record<string, Cost> {
  return Object.fromEntries(slhDsaParameterSets.map((name) => [name, cost]));
}

/** ML-DSA by itself and in composites. */
function forMlDsa(operation: 'sign' | 'verify' | 'generate'): Record<string, Cost> {
  const costs = [...mlDsaMicroseconds(operation), ...compositeMicroseconds(operation)];
  return Object.fromEntries(costs.map(([name, baseUs]) => [name, fixed(baseUs)]));
}

function forRsaCiphers(cost: Cost): Record<string, Cost> {
  return { 'RSA-OAEP': cost, 'RSAES-PKCS1-v1_5': cost, 'RSA-RAW': cost };
}

const ciphers: Record<string, Cost> = {
  'AES-GCM': fixed(15, 1),
  'AES-CBC': fixed(15, 2),
  'AES-CTR': fixed(15, 1),
  'AES-ECB': fixed(15, 1),
  'AES-KW': fixed(15, 20),
  'AES-OCB': fixed(15, 2),
  'ChaCha20-Poly1305': fixed(15, 8),
};

/** Every algorithm by operation. */
export const costs: { readonly [O in OperationName]: Table<Cost> } = Object.freeze({
  sign: table({
    HMAC: fixed(8),
    KMAC128: fixed(10, 2),
    KMAC256: fixed(10),
    'RSASSA-PKCS1-v1_5': rsa(530, 3),
    'RSA-PSS': rsa(530, 3),
    ECDSA: byCurve(50),
    Ed25519: fixed(70),
    Ed448: fixed(660),
    ...forMlDsa('sign'),
    ...forSlhDsa(slhDsaSigning),
  }),
  signDigest: table({ 'RSASSA-PKCS1-v1_5': rsa(530, 3), 'RSA-PSS': rsa(530, 3), ECDSA: byCurve(50) }),
  verify: table({
    HMAC: fixed(8),
    KMAC128: fixed(10, 2),
    KMAC256: fixed(10),
    'RSASSA-PKCS1-v1_5': rsaPublic(40),
    'RSA-PSS': rsaPublic(40),
    ECDSA: byCurve(120),
    Ed25519: fixed(200),
    Ed448: fixed(350),
    ...forMlDsa('verify'),
    ...forSlhDsa(slhDsaVerification),
  }),
  encrypt: table({ ...ciphers, ...forRsaCiphers(rsaPublic(40)) }),
  decrypt: table({ ...ciphers, ...forRsaCiphers(rsa(530, 3)) }),
  wrap: table({ ...ciphers, ...forRsaCiphers(rsaPublic(40)) }),
  unwrap: table({ ...ciphers, ...forRsaCiphers(rsa(530, 3)) }),
  derive: table({
    ECDH: byCurve(80),
    X25519: fixed(70),
    HKDF: fixed(15),
    PBKDF2: pbkdf2,
    X448: fixed(370),
    Argon2d: argon2,
    Argon2i: argon2,
    Argon2id: argon2,
  }),
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
  import: table({
    ...Object.fromEntries(Object.keys(keyFamilies).map((name) => [name, fixed(50)])),
    'RSASSA-PKCS1-v1_5': rsaImport,
    'RSA-PSS': rsaImport,
    'RSA-OAEP': rsaImport,
    ...Object.fromEntries(compositeMicroseconds('sign').map(([name, us]) => [name, checkedImport(us)])),
    ...forSlhDsa(checkedImport(300_000)),
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
    'AES-OCB': fixed(10),
    'ChaCha20-Poly1305': fixed(10),
    KMAC128: fixed(10),
    KMAC256: fixed(10),
    ECDSA: byCurve(30),
    ECDH: byCurve(30),
    Ed25519: fixed(60),
    X25519: fixed(60),
    Ed448: fixed(70),
    X448: fixed(70),
    'ML-KEM-512': fixed(70),
    'ML-KEM-768': fixed(100),
    'ML-KEM-1024': fixed(150),
    ...forMlDsa('generate'),
    'MLKEM768-X25519': fixed(200),
    'MLKEM768-P256': fixed(200),
    'MLKEM1024-P384': fixed(600),
    ...forSlhDsa(fixed(80_000)),
  }),
});

/** Estimated CPU microseconds of a job on a machine of that speed. */
export function estimateUs(job: Job, speed: MachineSpeed = tabledSpeed): number {
  const { name } = job.algorithm;
  const { baseUs, perKibUs, factor = () => 1 } = costs[job.operation][name] ?? unknown;
  return baseUs * factor(job) * speed[kindOf(name)] + (perKibUs * speed.data * bytesOf(job)) / 1024;
}

/** What an operation without data spends its time in. */
function kindOf(algorithm: string): Exclude<keyof MachineSpeed, 'data'> {
  if (/^ML-?(KEM|DSA)/.test(algorithm)) return 'lattice';
  return /^(Ed|X)(25519|448)$/.test(algorithm) ? 'edwards' : 'others';
}

/** Salt, label and additional data may be as long as the data. */
function bytesOf(job: Job): number {
  let bytes = 'data' in job ? job.data.length : 0;
  for (const member of Object.values(job.algorithm)) if (member instanceof Uint8Array) bytes += member.length;
  return bytes;
}
