/** Versions of p11-kit whose clients carry the same over the wire. */
export interface Generation {
  /** In words. */
  readonly versions: string;
  /** The first of them. */
  readonly since: readonly [major: number, minor: number, patch: number];
  /** A call that the client of these versions knows and that of earlier ones does not. */
  readonly call: string;
}

/** From the oldest to the newest. */
export const generations = Object.freeze([
  { versions: 'up to 0.24.1', since: [0, 0, 0], call: 'C_GenerateKeyPair' },
  { versions: '0.25.0 to 0.25.5', since: [0, 25, 0], call: 'C_InitToken2' },
  { versions: '0.25.6 to 0.26.4', since: [0, 25, 6], call: 'C_DeriveKey2' },
  { versions: 'later than 0.26.4', since: [0, 26, 5], call: 'C_EncapsulateKey' },
] as const) satisfies readonly Generation[];

/** The generation of a version such as `0.24.1-2`; undefined for what is no version. */
export function generationOfVersion(version: string): Generation | undefined {
  const [, major, minor, patch = '0'] = /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?![.\d])/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const numbers = [Number(major), Number(minor), Number(patch)];
  return generations.findLast(({ since }) => !isBefore(numbers, since));
}

/**
 * The generation of a client by its file, which holds the names of the calls that it can make. So it is known on every
 * system, whoever installed it.
 */
export function generationOfClient(file: Buffer): Generation | undefined {
  return generations.findLast(({ call }) => file.includes(`\0${call}\0`));
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const at = other.findIndex((number, index) => number !== one[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}
