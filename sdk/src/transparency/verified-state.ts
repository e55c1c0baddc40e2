import { fromBase64, toBase64 } from './base64.ts';
import { concat } from './bytes.ts';
import { tileWidth } from './tile-source.ts';
import { type Hash, hashBytes } from './tree-hash.ts';

/** What a verification has seen, to go on from later. Plain data: `JSON.stringify` keeps it. */
export interface VerifiedState {
  readonly origin: string;
  /** Entries that were verified, from the first on. */
  readonly size: number;
  /** Hashes of the tile that grows on each level, the lowest first; base64, concatenated. */
  readonly tiles: readonly string[];
  /** Of the last record, in milliseconds since 1970; 0 before the first. */
  readonly time: number;
  /** Records of the key rotations among the entries. */
  readonly successions: readonly string[];
}

/** The right edge of a tree: the hashes of the growing tile of each level. */
export interface TreeEdge {
  readonly size: number;
  readonly levels: readonly (readonly Hash[])[];
}

/**
 * The edge that a state kept.
 *
 * @throws TypeError for a state that is malformed, or of another log
 */
export function readState(state: VerifiedState, origin: string): TreeEdge {
  const levels = isWellFormed(state) ? state.tiles.map(decodeHashes) : [];
  const { size } = state;
  const isWhole = levels.every((hashes, level) => hashes?.length === growingWidth(size, level));
  // A level that is missing would hold nothing.
  if (!isWellFormed(state) || !isWhole || tileWidth ** levels.length <= size) {
    throw new TypeError('malformed state of a verification');
  }
  if (state.origin !== origin) throw new TypeError(`state of a verification of ${state.origin}, not of ${origin}`);
  return { size, levels: levels.filter((hashes) => hashes !== undefined) };
}

export function formatTiles(levels: TreeEdge['levels']): string[] {
  return levels.map((hashes) => toBase64(concat(...hashes)));
}

function growingWidth(size: number, level: number): number {
  return Math.floor(size / tileWidth ** level) % tileWidth;
}

function isWellFormed({ origin, size, tiles, time, successions }: VerifiedState): boolean {
  const areTexts = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === 'string');
  const areCounts = [size, time].every((value) => Number.isSafeInteger(value) && value >= 0);
  return typeof origin === 'string' && areCounts && areTexts(tiles) && areTexts(successions);
}

function decodeHashes(text: string): Hash[] | undefined {
  const bytes = fromBase64(text);
  if (bytes === undefined || bytes.length % hashBytes !== 0) return undefined;
  return Array.from({ length: bytes.length / hashBytes }, (_, i) => bytes.slice(i * hashBytes, (i + 1) * hashBytes));
}
