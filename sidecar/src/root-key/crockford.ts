import { secretMemory } from '../secret.ts';
import { decodeSymbols, symbolTable, withAliases } from './symbols.ts';

// Base32 as people can type it (Douglas Crockford): letters of either case, without I, L, O and U.

const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const lowerCase = Object.fromEntries([...symbols].map((symbol) => [symbol.toLowerCase(), symbol]));
/** What people write for a digit. */
const lookalikes = { i: '1', I: '1', l: '1', L: '1', o: '0', O: '0' };
const table = withAliases(symbolTable(symbols, '- \t\r\n'), { ...lowerCase, ...lookalikes });
const bits = 5;

/** Symbols of the bytes, whose bits must fill them: a multiple of five bytes. */
export function encodeCrockford(bytes: Uint8Array): Buffer {
  const text = secretMemory((bytes.length * 8) / bits);
  for (let at = 0; at < text.length; at += 1) {
    const first = Math.floor((at * bits) / 8);
    const pair = ((bytes[first] ?? 0) << 8) | (bytes[first + 1] ?? 0);
    text[at] = symbols.charCodeAt((pair >> (16 - bits - ((at * bits) % 8))) & 31);
  }
  return text;
}

/**
 * The bytes of a text in which spaces, line ends and hyphens do not count.
 *
 * @returns undefined for any other character, or another number of symbols
 */
export function decodeCrockford(text: Uint8Array, lengthBytes: number): Buffer | undefined {
  return decodeSymbols(text, table, { bits, lengthBytes });
}
