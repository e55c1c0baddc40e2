/** Between two columns. */
const gap = '  ';
/** A cell that is cut off keeps at least so much. */
const leastWidth = 6;
const ellipsis = '…';

/**
 * Rows in columns as wide as their widest cell, two spaces apart.
 *
 * @param width columns of the terminal: cells that do not fit end in an ellipsis, the widest first, the first column, by
 *   which the others are asked for, last. Default: nothing is cut off
 */
export function table(heading: readonly string[], rows: readonly (readonly string[])[], width = Infinity): string {
  const all = [heading, ...rows];
  const natural = heading.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const widths = fitted(natural, width);
  return all.map((row) => tableRow(row, widths)).join('\n');
}

/** One row in columns of given widths. */
export function tableRow(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
    .join(gap)
    .trimEnd();
}

/** Widths that together fit: the widest gives way first; the first column, and the least of each, only in need. */
export function fitted(natural: readonly number[], width: number): readonly number[] {
  const columns = [...natural.keys()];
  const room = width - gap.length * (natural.length - 1);
  const others = narrowed(natural, columns.slice(1), room, leastWidth);
  return narrowed(narrowed(others, [0], room, leastWidth), columns, room, 1);
}

function narrowed(
  given: readonly number[],
  columns: readonly number[],
  room: number,
  least: number,
): readonly number[] {
  const widths = [...given];
  const widthOf = (column: number | undefined) => widths[column ?? -1] ?? 0;
  while (sum(widths) > room) {
    const widest = columns.toSorted((one, other) => widthOf(other) - widthOf(one))[0];
    if (widest === undefined || widthOf(widest) <= least) break;
    widths[widest] = widthOf(widest) - 1;
  }
  return widths;
}

function cut(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, Math.max(0, width - 1))}${ellipsis}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
