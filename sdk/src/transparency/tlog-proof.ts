import { fromBase64, toBase64 } from './base64.ts';
import { type Hash, hashBytes } from './tree-hash.ts';

/** An entry's proof of inclusion with the checkpoint that it leads to (C2SP tlog-proof), not verified. */
export interface LogProof {
  /** Whatever the maker added; nothing vouches for it. In a receipt of ours the entry itself. */
  readonly extra?: Uint8Array;
  readonly index: number;
  /** From the leaf's sibling up. */
  readonly hashes: readonly Hash[];
  /** The signed note as it stands in the file. */
  readonly checkpoint: string;
}

const header = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^63 entries has no longer path. */
const hashesMax = 63;
const receiptCharactersMax = 1_048_576;

/**
 * Reads a C2SP tlog-proof; verifies nothing.
 *
 * @returns undefined when it is not one
 *
 * @example const proof = parseProof(await readFile('42.tlog-proof'));
 */
export function parseProof(receipt: string | Uint8Array): LogProof | undefined {
  const text = typeof receipt === 'string' ? receipt : decode(receipt);
  if (text === undefined || text.length > receiptCharactersMax) return undefined;
  const split = text.indexOf('\n\n');
  const [first, ...lines] = text.slice(0, split).split('\n');
  if (split === -1 || first !== header) return undefined;
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()?.slice('extra '.length) ?? '') : null;
  const [, index] = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '') ?? [];
  const hashes = lines.map(parseHash);
  if (extra === undefined || extra?.length === 0 || !Number.isSafeInteger(Number(index))) return undefined;
  if (hashes.length > hashesMax || !hashes.every((hash) => hash !== undefined)) return undefined;
  const added = extra === null ? {} : { extra };
  return { ...added, index: Number(index), hashes, checkpoint: text.slice(split + 2) };
}

/** Writes a C2SP tlog-proof. */
export function formatProof({ extra, index, hashes, checkpoint }: LogProof): string {
  const added = extra === undefined || extra.length === 0 ? [] : [`extra ${toBase64(extra)}`];
  return [header, ...added, `index ${index}`, ...hashes.map(toBase64), '', checkpoint].join('\n');
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseHash(line: string): Hash | undefined {
  const hash = fromBase64(line);
  return hash?.length === hashBytes ? hash : undefined;
}
