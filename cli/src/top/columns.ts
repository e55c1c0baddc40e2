import { type Line, line } from './line.ts';
import { fitted } from './shown-text.ts';

/** A column of a list: its width, or its share of what the others leave. */
export interface Column {
  readonly heading: string;
  readonly width?: number;
  readonly share?: number;
}

const gap = 2;
/** Before each row: whether it is the chosen one. */
const markers = { selected: '> ', other: '  ' } as const;

export function headingLine(columns: readonly Column[], width: number): Line {
  const widths = widthsOf(columns, width);
  return line(
    markers.other +
      cells(
        columns.map(({ heading }) => heading),
        widths,
      ),
    'heading',
  );
}

export function rowLine(columns: readonly Column[], row: readonly string[], width: number, isSelected: boolean): Line {
  const text = cells(row, widthsOf(columns, width));
  return line((isSelected ? markers.selected : markers.other) + text, isSelected ? 'selected' : undefined);
}

function cells(row: readonly string[], widths: readonly number[]): string {
  return row.map((cell, index) => fitted(cell, widths[index] ?? 0)).join(' '.repeat(gap));
}

function widthsOf(columns: readonly Column[], width: number): number[] {
  const gaps = gap * (columns.length - 1) + markers.other.length;
  const fixed = columns.reduce((sum, column) => sum + (column.width ?? 0), gaps);
  const shares = columns.reduce((sum, column) => sum + (column.share ?? 0), 0);
  const free = Math.max(0, width - fixed);
  return columns.map((column) => column.width ?? Math.floor((free * (column.share ?? 0)) / shares));
}
