import {
  type ClassicalScheme,
  compositeAlgorithms,
  type EdwardsScheme,
  type MlDsaSet,
} from '../operations/composite-algorithms.ts';

/** CPU microseconds of one algorithm. */
interface Microseconds {
  readonly sign: number;
  readonly verify: number;
  readonly generate: number;
}

const mlDsa: { readonly [S in MlDsaSet['asymmetricKeyType']]: Microseconds } = Object.freeze({
  'ml-dsa-44': { sign: 1_150, verify: 280, generate: 150 },
  'ml-dsa-65': { sign: 2_000, verify: 420, generate: 250 },
  'ml-dsa-87': { sign: 2_300, verify: 600, generate: 350 },
});

const edwards: { readonly [T in EdwardsScheme['asymmetricKeyType']]: Microseconds } = Object.freeze({
  ed25519: { sign: 70, verify: 200, generate: 60 },
  ed448: { sign: 300, verify: 300, generate: 150 },
});

/** P-256 has assembly in OpenSSL, the other curves have none. */
const p256: Microseconds = Object.freeze({ sign: 50, verify: 120, generate: 30 });
const otherCurve: Microseconds = Object.freeze({ sign: 1_000, verify: 1_000, generate: 500 });

function classicalCost(scheme: ClassicalScheme): Microseconds {
  if (scheme.kind === 'edwards') return edwards[scheme.asymmetricKeyType];
  if (scheme.kind === 'elliptic') return scheme.namedCurve === 'P-256' ? p256 : otherCurve;
  const scale = scheme.modulusLength / 2048;
  return { sign: 530 * scale ** 3, verify: 40 * scale ** 2, generate: 100_000 * scale ** 4 };
}

/** What ML-DSA costs in one operation, by parameter set. */
export function mlDsaMicroseconds(operation: keyof Microseconds): [name: string, us: number][] {
  return Object.entries(mlDsa).map(([type, costs]) => [type.toUpperCase(), costs[operation]]);
}

/** What a composite costs in one operation, by algorithm: the sum of its halves. */
export function compositeMicroseconds(operation: keyof Microseconds): [name: string, us: number][] {
  return Object.entries(compositeAlgorithms).map(([name, algorithm]) => [
    name,
    mlDsa[algorithm.mlDsa.asymmetricKeyType][operation] + classicalCost(algorithm.classical)[operation],
  ]);
}
