import { equal } from './bytes.ts';
import type { TreeCheckpoint } from './checkpoint.ts';
import { DamagedEntryError, DamagedLogError } from './damaged-log-error.ts';
import { rootOfEdge } from './growing-root.ts';
import { readTile } from './hash-tile.ts';
import { type LogSource, readEntries, type TilePlace, tilePath, tileWidth } from './tile-source.ts';
import { all, type Hash, leafHash, rootOf } from './tree-hash.ts';

type HashPlace = TilePlace & { readonly level: number };

/**
 * The tree of a log, each part proved against the root of its checkpoint before it is believed. One tile a level stays
 * in memory, so that reading in order proves each tile once.
 *
 * @example
 * const tree = await SignedTree.open(source, checkpoint);
 * const [first] = await tree.entries(0);
 */
export class SignedTree {
  readonly #source: LogSource;
  readonly #size: number;
  /** The growing tile of each level, proved together by the root. */
  readonly #edge: readonly (readonly Hash[])[];
  /** Per level, the full tile that was proved last. */
  readonly #proved = new Map<number, { readonly index: number; readonly hashes: readonly Hash[] }>();

  private constructor(source: LogSource, size: number, edge: readonly (readonly Hash[])[]) {
    this.#source = source;
    this.#size = size;
    this.#edge = edge;
  }

  /**
   * @param checkpoint whose signatures the caller checked
   * @throws DamagedLogError when the tiles do not lead to its root
   */
  static async open(source: LogSource, { size, root }: Pick<TreeCheckpoint, 'size' | 'root'>): Promise<SignedTree> {
    const places = edgeOf(size);
    const edge = await Promise.all(places.map((place) => (place.width === 0 ? [] : readTile(source, place))));
    if (!equal(await rootOfEdge(edge), root)) {
      throw new DamagedLogError('the tiles do not lead to the root that the checkpoint states');
    }
    return new SignedTree(source, size, edge);
  }

  /**
   * The entries of a bundle: 256, or as many as the tree has.
   *
   * @throws DamagedEntryError at the first one that is not what the root covers, or a bundle that is missing
   * @throws DamagedLogError for tiles that are not what the root covers
   */
  async entries(index: number): Promise<Uint8Array[]> {
    const first = index * tileWidth;
    const place = { level: 'entries', index, width: Math.min(tileWidth, this.#size - first) } as const;
    const entries = await readEntries(this.#source, place);
    if (entries === undefined || entries === null) {
      throw new DamagedEntryError(first, `its bundle is ${entries === null ? 'malformed' : 'missing'}`);
    }
    const hashes = await this.#tile(0, index);
    const leaves = await all(entries.map(leafHash));
    const changed = leaves.findIndex((leaf, i) => !equal(leaf, hashes[i] ?? new Uint8Array()));
    if (changed !== -1) throw new DamagedEntryError(first + changed, 'it was changed');
    return entries;
  }

  /**
   * The root that this tree had when it was smaller: what it continues has the same.
   *
   * @throws DamagedLogError for tiles that are missing or not what the root covers
   */
  async rootAt(size: number): Promise<Hash> {
    const edge: (readonly Hash[])[] = [];
    for (const { level, index, width } of edgeOf(size)) {
      edge.push(width === 0 ? [] : (await this.#tile(level, index)).slice(0, width));
    }
    return rootOfEdge(edge);
  }

  async #tile(level: number, index: number): Promise<readonly Hash[]> {
    if (index === edgeIndex(this.#size, level)) return this.#edge[level] ?? [];
    const known = this.#proved.get(level);
    if (known?.index === index) return known.hashes;
    const place = { level, index, width: tileWidth };
    const above = await this.#tile(level + 1, Math.floor(index / tileWidth));
    const hashes = await readTile(this.#source, place);
    if (!equal(await rootOf(hashes), above[index % tileWidth] ?? new Uint8Array())) {
      throw new DamagedLogError(`${tilePath(place)} was changed`);
    }
    this.#proved.set(level, { index, hashes });
    return hashes;
  }
}

/** The growing tile of each level of a tree; width 0 where the level ends with a full one. */
function edgeOf(size: number): HashPlace[] {
  const places: HashPlace[] = [];
  for (let level = 0, nodes = size; nodes > 0; level += 1, nodes = Math.floor(nodes / tileWidth)) {
    places.push({ level, index: Math.floor(nodes / tileWidth), width: nodes % tileWidth });
  }
  return places;
}

function edgeIndex(size: number, level: number): number {
  return Math.floor(size / tileWidth ** (level + 1));
}
