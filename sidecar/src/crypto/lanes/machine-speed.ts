import {
  createCipheriv,
  decapsulate,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/**
 * How many times as long as in the cost table this machine takes, by what an operation spends its time in: 1 is the machine
 * of the table, 2 one of half its speed.
 */
export interface MachineSpeed {
  readonly edwards: number;
  readonly lattice: number;
  /** For each KiB of data: AES and SHA-2 are far slower where the processor has no instructions for them. */
  readonly data: number;
  /** Everything else. */
  readonly others: number;
}

/** The machine of the cost table. */
export const tabledSpeed: MachineSpeed = Object.freeze({ edwards: 1, lattice: 1, data: 1, others: 1 });

/** What each probe takes on the machine of the cost table, in microseconds. */
const tabledUs = Object.freeze({ edwards: 70, lattice: 100, dataKib: 1, others: 50 });

const runs = 8;
const dataKib = 64;

/** A busy moment of the machine must not send everything to another thread. */
const slowest = 16;
const fastest = 1 / 4;

/**
 * Measures one operation of each kind with keys that are thrown away. Takes some milliseconds: the best of a few runs counts,
 * because everything else that the machine does only ever makes them longer.
 *
 * @example createLanes({ workers: 2, slowQueue: 64, speed: measureSpeed() });
 */
export function measureSpeed(): MachineSpeed {
  return Object.freeze({
    edwards: relative(signing(generateKeyPairSync('ed25519').privateKey, null), tabledUs.edwards),
    lattice: relative(decapsulation(), tabledUs.lattice),
    data: relative(encryption(), dataKib * tabledUs.dataKib),
    others: relative(signing(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'sha256'), tabledUs.others),
  });
}

function signing(key: KeyObject, hash: string | null): () => void {
  const message = randomBytes(32);
  return () => void sign(hash, message, key);
}

function decapsulation(): () => void {
  const { publicKey, privateKey } = generateKeyPairSync('ml-kem-768');
  const { ciphertext } = encapsulate(publicKey);
  return () => void decapsulate(privateKey, ciphertext);
}

function encryption(): () => void {
  const [key, iv, plaintext] = [randomBytes(32), randomBytes(12), Buffer.alloc(dataKib * 1024)];
  return () => void createCipheriv('aes-256-gcm', key, iv).update(plaintext);
}

function relative(probe: () => void, expectedUs: number): number {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const startedMs = performance.now();
    probe();
    bestMs = Math.min(bestMs, performance.now() - startedMs);
  }
  return Math.min(Math.max((bestMs * 1000) / expectedUs, fastest), slowest);
}
