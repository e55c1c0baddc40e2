import stringWidth from 'string-width';

/** Control characters, line separators, and marks that turn or hide what is beside them; lone surrogates among them. */
const deceptive = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** The text with everything escaped that a terminal would obey and not show: what others wrote cannot draw. */
export function shown(text: string): string {
  return text.replaceAll(deceptive, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Columns that a text takes on a terminal. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

const segmenter = new Intl.Segmenter();

/** The text in exactly so many columns: cut off with an ellipsis, or filled up with spaces. */
export function fitted(text: string, columns: number): string {
  const safe = shown(text);
  const width = columnsOf(safe);
  if (width <= columns) return safe + ' '.repeat(columns - width);
  if (columns < 1) return '';
  const start = startOf(safe, columns - 1);
  return `${start}…${' '.repeat(columns - 1 - columnsOf(start))}`;
}

/** As much of the start as fits. */
function startOf(text: string, columns: number): string {
  let start = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += columnsOf(segment);
    if (width > columns) break;
    start += segment;
  }
  return start;
}

/** The text in rows of at most so many columns, broken at spaces where there are some. */
export function wrapped(text: string, columns: number): string[] {
  const rows: string[] = [];
  let rest = shown(text);
  while (columnsOf(rest) > columns) {
    const start = startOf(rest, columns);
    const space = start.lastIndexOf(' ');
    const end = space > columns / 3 ? space + 1 : start.length;
    // Not even one wide character fits: the row would be empty for ever.
    if (end === 0) break;
    rows.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  return [...rows, rest];
}

/** A time of ISO 8601 to the second; other text as it is. */
export function withoutFraction(text: string): string {
  return text.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z$/, '$1Z');
}
