/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const tileWidth = 256;

/** A part of the log: a tile of hashes by its level, a bundle of entries, or what opens their commitments. */
export interface TilePlace {
  readonly kind: number | 'entries' | 'personal';
  readonly index: number;
  /** 1 to 256. */
  readonly width: number;
}

/** C2SP tlog-tiles; personal fields lie beside the tree, in the same numbering. */
export function placePath({ kind, index, width }: TilePlace): string {
  const folder = kind === 'personal' ? kind : `tile/${kind}`;
  return `${folder}/${numberPath(index)}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** Groups of three digits, all but the last with an `x`: 1234067 is `x001/x234/067`. */
function numberPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  return groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/');
}
