import { Secret } from '../secret.ts';
import { rootKeyBytes } from './provider.ts';
import { decodeSymbols, symbolTable, withAliases } from './symbols.ts';

const upperLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lowerLetters = upperLetters.toLowerCase();
const hex = withAliases(
  symbolTable('0123456789abcdef'),
  Object.fromEntries([...'ABCDEF'].map((symbol) => [symbol, symbol.toLowerCase()])),
);
/** RFC 4648 sections 4 and 5, with or without padding. */
const base64 = withAliases(symbolTable(`${upperLetters}${lowerLetters}0123456789+/`, '='), { '-': '+', _: '/' });
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Longest output that holds a root key. */
export const longestOutputBytes = 2 * rootKeyBytes + 2;

/**
 * The root key that a program wrote: 32 raw bytes, or 64 hex digits or base64 with or without a line end.
 *
 * @returns undefined for anything else
 */
export function rootKeyIn(output: Uint8Array): Secret | undefined {
  if (output.length === rootKeyBytes) return Secret.copy(output);
  const text = withoutLineEnd(output);
  const isHex = text.length === 2 * rootKeyBytes;
  const decoded = decodeSymbols(text, isHex ? hex : base64, { bits: isHex ? 4 : 6, lengthBytes: rootKeyBytes });
  return decoded && Secret.take(decoded);
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== lineFeed) return bytes;
  return bytes.subarray(0, bytes.at(-2) === carriageReturn ? -2 : -1);
}
