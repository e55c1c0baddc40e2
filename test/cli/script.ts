/** One line of a script. */
export interface Line {
  readonly number: number;
  /** The line starts with `!`. */
  readonly negated: boolean;
  readonly verb: string;
  readonly words: readonly string[];
}

/** Reads a script; words are not expanded yet. */
export function parseScript(text: string): Line[] {
  return text.split('\n').flatMap((line, index) => {
    const [first, ...rest] = splitWords(line);
    if (first === undefined) return [];
    const negated = first === '!';
    const [verb = '', ...words] = negated ? rest : [first, ...rest];
    return [{ number: index + 1, negated, verb, words }];
  });
}

/** Words are parted by spaces; single and double quotes hold them together, and `#` before a word ends the line. */
function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [text, single, double] of line.matchAll(/'([^']*)'|"([^"]*)"|(?<=^|\s)#.*|[^\s'"]+/g)) {
    if (single === undefined && double === undefined && text.startsWith('#')) break;
    words.push(single ?? double ?? text);
  }
  return words;
}

/** Replaces `$NAME`. */
export function expand(word: string, variables: ReadonlyMap<string, string>): string {
  return word.replaceAll(/\$([A-Z_]+)/g, (_, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new Error(`no variable ${name}`);
    return value;
  });
}
