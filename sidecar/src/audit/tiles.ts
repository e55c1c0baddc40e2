import { hashBytes, type Tile, tileWidth } from './tree.ts';

const lengthBytes = 2;

/** Path of a tile below the log's folder (C2SP tlog-tiles, "Merkle Tree"): `tile/<L>/<N>[.p/<W>]`. */
export function tilePath(level: number, index: number, width = tileWidth): string {
  return `tile/${level}/${numberPath(index)}${partialSuffix(width)}`;
}

/** Path of an entry bundle (C2SP tlog-tiles, "Log entries"): `tile/entries/<N>[.p/<W>]`. */
export function bundlePath(index: number, width = tileWidth): string {
  return `tile/entries/${numberPath(index)}${partialSuffix(width)}`;
}

/** Path of what the commitments of a bundle are opened with; beside the tree, and never published. */
export function openingsPath(index: number, width = tileWidth): string {
  return `personal/${numberPath(index)}${partialSuffix(width)}`;
}

/** Folder that holds the partial versions of a full tile or bundle. */
export function partialsFolder(fullPath: string): string {
  return `${fullPath}.p`;
}

/** Full bundles of so many leaves, and full tiles of so many hashes. */
export function bundlesOf(count: number): number {
  return Math.floor(count / tileWidth);
}

/** Folder of a thousand files, by the number of the thousand. */
export function numberFolder(prefix: string, group: number): string {
  return `${prefix}/${numberPath(group * 1000)}`.slice(0, -'/000'.length);
}

/** Name of a full file in its folder. */
export function tileName(number: number): string {
  return threeDigits(number);
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

function partialSuffix(width: number): string {
  return width === tileWidth ? '' : `.p/${width}`;
}

/** The growing tiles that a tree of `size` leaves has, lowest level first: where they are and how wide. */
export function edgeShape(size: number): { level: number; index: number; width: number }[] {
  const shape: { level: number; index: number; width: number }[] = [];
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / tileWidth)) {
    shape.push({ level, index: Math.floor(count / tileWidth), width: count % tileWidth });
  }
  return shape;
}

export function encodeTile(tile: Tile): Buffer {
  return Buffer.concat(tile.hashes);
}

/** The hashes of a tile, or undefined when it has not exactly `width` of them. */
export function decodeTile(bytes: Buffer, width: number): Buffer[] | undefined {
  if (bytes.length !== width * hashBytes) return undefined;
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * hashBytes, (i + 1) * hashBytes));
}

/** Each entry with its length as 16 bits, big-endian, before it. */
export function encodeBundle(entries: readonly Buffer[]): Buffer {
  const bundle = Buffer.allocUnsafe(bundleBytes(entries));
  let offset = 0;
  for (const entry of entries) {
    offset = bundle.writeUInt16BE(entry.length, offset);
    offset += entry.copy(bundle, offset);
  }
  return bundle;
}

/** Length of the bundle of these entries. */
export function bundleBytes(entries: readonly Buffer[]): number {
  return entries.reduce((sum, entry) => sum + lengthBytes + entry.length, 0);
}

/** The entries of a bundle, or undefined when a length does not fit. */
export function decodeBundle(bytes: Buffer): Buffer[] | undefined {
  const entries: Buffer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (offset + lengthBytes > bytes.length) return undefined;
    const start = offset + lengthBytes;
    const end = start + bytes.readUInt16BE(offset);
    if (end > bytes.length) return undefined;
    entries.push(bytes.subarray(start, end));
    offset = end;
  }
  return entries;
}
