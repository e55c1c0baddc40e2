import type { LogSource } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { placePath, type TilePlace, tileWidth } from './tile-place.ts';
import { emptyRoot, hashBytes, joinRight, perfectRoot } from './tree-hash.ts';

/** Size and root that a checkpoint states. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * The hash tiles of a log, each proved against the root before its hashes are believed. One tile a level stays in
 * memory, so that reading in order proves each tile once.
 */
export class SignedTree {
  readonly #source: LogSource;
  readonly #head: TreeHead;
  /** Per level, the tile that was proved last. */
  readonly #proved = new Map<number, { readonly index: number; readonly hashes: readonly Uint8Array[] }>();
  /** The growing tile of each level, proved together by the root. */
  readonly #edge: (readonly Uint8Array[])[];

  private constructor(source: LogSource, head: TreeHead, edge: (readonly Uint8Array[])[]) {
    this.#source = source;
    this.#head = head;
    this.#edge = edge;
  }

  /** @throws CliError 1 when the tiles do not lead to the root */
  static async open(source: LogSource, head: TreeHead): Promise<SignedTree> {
    const edge = await Promise.all(
      edgeOf(head.size).map((place) => (place.width === 0 ? [] : readTile(source, place))),
    );
    if (!isEqual(rootOver(edge), head.root)) {
      throw badTree('the tiles do not lead to the root that the checkpoint states');
    }
    return new SignedTree(source, head, edge);
  }

  /** The hashes of a tile, as many as the tree has. @throws CliError 1 when they are not what was signed */
  async tile(level: number, index: number): Promise<readonly Uint8Array[]> {
    if (index === edgeIndex(this.#head.size, level)) return this.#edge[level] ?? [];
    const known = this.#proved.get(level);
    if (known?.index === index) return known.hashes;
    const place = { kind: level, index, width: tileWidth };
    const above = await this.tile(level + 1, Math.floor(index / tileWidth));
    const hashes = await readTile(this.#source, place);
    if (!isEqual(perfectRoot(hashes), above[index % tileWidth])) throw badTree(`${placePath(place)} was changed`);
    this.#proved.set(level, { index, hashes });
    return hashes;
  }

  /** The root that this tree had when it was smaller. */
  async rootAt(size: number): Promise<Uint8Array> {
    const edge: (readonly Uint8Array[])[] = [];
    for (const { kind, index, width } of edgeOf(size)) {
      edge.push(width === 0 ? [] : (await this.tile(kind, index)).slice(0, width));
    }
    return rootOver(edge);
  }
}

/** The growing tile of each level of a tree; width 0 where the level ends with a full one. */
function edgeOf(size: number): (TilePlace & { readonly kind: number })[] {
  const places: (TilePlace & { readonly kind: number })[] = [];
  for (let kind = 0, nodes = size; nodes > 0; kind += 1, nodes = Math.floor(nodes / tileWidth)) {
    places.push({ kind, index: Math.floor(nodes / tileWidth), width: nodes % tileWidth });
  }
  return places;
}

function edgeIndex(size: number, level: number): number {
  return Math.floor(size / tileWidth ** (level + 1));
}

function rootOver(edge: readonly (readonly Uint8Array[])[]): Uint8Array {
  let root: Uint8Array | undefined;
  for (const hashes of edge) root = joinRight(hashes, root);
  return root ?? emptyRoot();
}

async function readTile(source: LogSource, place: TilePlace): Promise<Uint8Array[]> {
  const path = placePath(place);
  // A log that grew meanwhile may have replaced the partial tile by the full one.
  const bytes = (await source.read(path)) ?? (await source.read(placePath({ ...place, width: tileWidth })));
  if (bytes === undefined) throw badTree(`${path} is missing`);
  if (bytes.length !== place.width * hashBytes && bytes.length !== tileWidth * hashBytes) {
    throw badTree(`${path} has ${bytes.length} bytes`);
  }
  return Array.from({ length: place.width }, (_, i) => bytes.subarray(i * hashBytes, (i + 1) * hashBytes));
}

function badTree(reason: string): CliError {
  return new CliError(1, `the log does not verify: ${reason}`, 'ferrohsm audit verify names all that is wrong');
}

function isEqual(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && Buffer.compare(one, other) === 0;
}
