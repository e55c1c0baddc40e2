/** One policy as it stands in a text of several, from its first annotation or word to its semicolon. */
export interface Statement {
  readonly text: string;
  /** Line where it begins, counted from 1. */
  readonly line: number;
}

// Cedar's tokens as far as they matter here: what may hide a semicolon, and the semicolon. A carriage return ends a
// comment too, and a string may span lines.
const tokens = /"(?:\\[\s\S]|[^"\\])*"|\/\/[^\n\r]*|;/g;
/** Rust's whitespace has U+0085, JavaScript's has not. */
const blanks = /(?:[\s\u0085]+|\/\/[^\n\r]*)*/y;

/**
 * Splits Cedar text at its semicolons, which end policies and nothing else. What follows the last one is a statement
 * too unless it is blank. Cedar itself tells neither the order nor the places of policies.
 */
export function statementsOf(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  let line = 1;
  let counted = 0;
  let end = 0;
  for (const next of [...ends(text), text.length]) {
    const start = blankEnd(text, end);
    end = next;
    if (start >= end) continue;
    line += countLines(text.slice(counted, start));
    counted = start;
    statements.push({ text: text.slice(start, end), line });
  }
  return statements;
}

function* ends(text: string): Generator<number> {
  for (const { 0: token, index } of text.matchAll(tokens)) if (token === ';') yield index + 1;
}

function blankEnd(text: string, from: number): number {
  blanks.lastIndex = from;
  return from + (blanks.exec(text)?.[0].length ?? 0);
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

/** Line of a place in a statement that Cedar tells in bytes of UTF-8. */
export function lineAt({ text, line }: Statement, byte: number): number {
  return line + countLines(Buffer.from(text).subarray(0, byte).toString());
}
