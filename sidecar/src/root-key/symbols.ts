import { secretMemory } from '../secret.ts';

// Texts of secret bytes. Both sides are bytes: a string cannot be wiped.

/** What each character stands for; made by {@link symbolTable}. */
export type SymbolTable = Uint8Array;

const invalid = 255;
const ignored = 254;

/**
 * @param symbols in the order of their values
 * @param ignoredCharacters what does not count between them
 */
export function symbolTable(symbols: string, ignoredCharacters = ''): SymbolTable {
  const table = new Uint8Array(256).fill(invalid);
  for (const character of Buffer.from(ignoredCharacters)) table[character] = ignored;
  for (const [value, symbol] of Buffer.from(symbols).entries()) table[symbol] = value;
  return table;
}

/** The same table with further characters for symbols that it has. */
export function withAliases(table: SymbolTable, aliases: Readonly<Record<string, string>>): SymbolTable {
  const extended = table.slice();
  for (const [alias, symbol] of Object.entries(aliases)) {
    extended[alias.charCodeAt(0)] = table[symbol.charCodeAt(0)] ?? invalid;
  }
  return extended;
}

/**
 * The bytes that a text stands for, the highest bits first.
 *
 * @param bits of one symbol
 * @returns undefined for a character that is no symbol, or another number of them; what was decoded by then is wiped
 */
export function decodeSymbols(
  text: Uint8Array,
  table: SymbolTable,
  { bits, lengthBytes }: { readonly bits: number; readonly lengthBytes: number },
): Buffer | undefined {
  const bytes = secretMemory(lengthBytes);
  const memory = secretMemory(text.length);
  const values = valuesOf(text, table, memory);
  const isWhole = values.length === Math.ceil((lengthBytes * 8) / bits) && !values.includes(invalid);
  const left = isWhole ? unpack(values, bits, bytes) : 1;
  memory.fill(0);
  // Bits behind the last byte are zero: a text has one form.
  if (left === 0) return bytes;
  bytes.fill(0);
  return undefined;
}

/** The values of the characters that count, in the memory. */
function valuesOf(text: Uint8Array, table: SymbolTable, memory: Buffer): Buffer {
  let length = 0;
  for (const character of text) {
    const value = table[character] ?? invalid;
    if (value === ignored) continue;
    memory[length] = value;
    length += 1;
  }
  return memory.subarray(0, length);
}

/** Fills the bytes and gives the bits that are left. */
function unpack(values: Uint8Array, bits: number, bytes: Buffer): number {
  let held = 0;
  let heldBits = 0;
  let length = 0;
  for (const value of values) {
    held = (held << bits) | value;
    heldBits += bits;
    if (heldBits < 8) continue;
    heldBits -= 8;
    bytes[length] = held >> heldBits;
    length += 1;
    held &= (1 << heldBits) - 1;
  }
  return held;
}
