import { type Hash, hashBytes } from './tree-hash.ts';

/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const tileWidth = 256;

/**
 * Where the files of a log are: a folder, a web server, an archive.
 *
 * @example
 * const source: LogSource = {
 *   async read(path) {
 *     const response = await fetch(`https://log.example/${path}`);
 *     return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
 *   },
 * };
 */
export interface LogSource {
  /** The bytes of a file, or undefined when there is none. Paths are as in C2SP tlog-tiles, for example `tile/0/001`. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** A part of the log by its place in the layout. */
export interface TilePlace {
  /** The level of a tile; `entries`; or `personal`, which lies beside the tree in the same numbering. */
  readonly level: number | 'entries' | 'personal';
  readonly index: number;
  /** 1 to 256. */
  readonly width: number;
}

export function tilePath({ level, index, width }: TilePlace): string {
  const folder = level === 'personal' ? level : `tile/${level}`;
  return `${folder}/${numberPath(index)}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** Groups of three digits, all but the last with an `x`: 1234067 is `x001/x234/067`. */
function numberPath(index: number): string {
  const groups = [threeDigits(index)];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${threeDigits(rest)}`);
  }
  return groups.join('/');
}

function threeDigits(value: number): string {
  return String(value % 1000).padStart(3, '0');
}

interface Part {
  readonly bytes: Uint8Array;
  /** As the path says. */
  readonly width: number;
}

/** A missing partial part is read from the full one: a log that grew meanwhile may have replaced it. */
async function readPart(source: LogSource, place: TilePlace): Promise<Part | undefined> {
  for (const width of new Set([place.width, tileWidth])) {
    const bytes = await source.read(tilePath({ ...place, width }));
    if (bytes !== undefined) return { bytes, width };
  }
  return undefined;
}

/** The entries of a bundle; undefined when it is missing, null when it is malformed or holds another number of them. */
export async function readEntries(source: LogSource, place: TilePlace): Promise<Uint8Array[] | undefined | null> {
  const part = await readPart(source, place);
  if (part === undefined) return undefined;
  const entries = decodeBundle(part.bytes);
  return entries?.length === part.width ? entries.slice(0, place.width) : null;
}

/** The hashes of a tile; undefined when it is missing, null when it holds another number of them. */
export async function readHashes(source: LogSource, place: TilePlace): Promise<Hash[] | undefined | null> {
  const part = await readPart(source, place);
  if (part === undefined) return undefined;
  if (part.bytes.length !== part.width * hashBytes) return null;
  return Array.from({ length: place.width }, (_, i) => part.bytes.slice(i * hashBytes, (i + 1) * hashBytes));
}

/** Entries with their length as 16 bits, big-endian, before each. */
function decodeBundle(bytes: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) return undefined;
    const start = at + 2;
    at = start + view.getUint16(at);
    if (at > bytes.length) return undefined;
    entries.push(bytes.subarray(start, at));
  }
  return entries;
}
