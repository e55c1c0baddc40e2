import { CliError } from '../errors.ts';

/** One command of a batch file. */
export interface CommandLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** What follows `ferrohsm`. */
  readonly words: readonly string[];
}

const piece = /\s+|#.*$|"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s"'\\]|\\.)+)/y;

/**
 * The commands of a batch file: one a line, in the words of a shell without its expansions. `#` begins a comment, a leading
 * `ferrohsm` may be there or not.
 *
 * @throws CliError 65 with the line that does not end a quote
 */
export function commandLines(file: string, content: string): CommandLine[] {
  return content.split(/\r?\n/).flatMap((text, index) => {
    const words = wordsOf(text);
    if (words === undefined) throw new CliError(65, `${file}:${index + 1}: a quote does not end`, 'close it');
    const named = words[0] === 'ferrohsm' ? words.slice(1) : words;
    return named.length === 0 ? [] : [{ number: index + 1, text: text.trim(), words: named }];
  });
}

/** Undefined where a quote or a backslash has no end. */
function wordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  piece.lastIndex = 0;
  while (piece.lastIndex < text.length) {
    const at = piece.lastIndex;
    const match = piece.exec(text);
    // Inside of a word, `#` is a letter.
    if (match === null || (match[0].startsWith('#') && word !== undefined)) {
      if (text[at] !== '#') return undefined;
      word += '#';
      piece.lastIndex = at + 1;
      continue;
    }
    const [whole, double, single, bare] = match;
    if (/^[\s#]/.test(whole)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + (single ?? (double ?? bare ?? '').replaceAll(/\\(.)/g, '$1'));
    }
  }
  return word === undefined ? words : [...words, word];
}
