import { isAbsentAlgorithm, type RecordedLosses } from './losses.ts';
import type { FileParity } from './parity.ts';

interface Row {
  readonly folder: string;
  nativePasses: number;
  /** Native passes whose algorithm this version has. */
  listed: number;
  passes: number;
}

const headings = ['folder', 'native', 'sidecar', 'of all', 'listed', 'of listed'];

/**
 * A line per folder: subtests that native passes, those of them that the sidecar passes, and their share among the
 * subtests whose algorithms this version has.
 */
export function renderTable(parities: readonly FileParity[], losses: RecordedLosses): string {
  const rows = new Map<string, Row>();
  const total: Row = { folder: 'total', nativePasses: 0, listed: 0, passes: 0 };
  for (const parity of parities) {
    const folder = parity.file.includes('/') ? parity.file.replace(/\/.*/, '') : '(top)';
    const row = rows.get(folder) ?? { ...total, folder, nativePasses: 0, listed: 0, passes: 0 };
    rows.set(folder, row);
    for (const sum of [row, total]) add(sum, parity, losses);
  }
  return [headings, ...[...rows.values(), total].map(cellsOf)].map(renderCells).join('\n');
}

function add(row: Row, { file, kept, lost }: FileParity, losses: RecordedLosses): void {
  row.nativePasses += kept.length + lost.length;
  row.listed += kept.length + (isAbsentAlgorithm(losses[file]) ? 0 : lost.length);
  row.passes += kept.length;
}

function cellsOf({ folder, nativePasses, passes, listed }: Row): string[] {
  return [
    folder,
    String(nativePasses),
    String(passes),
    share(passes, nativePasses),
    String(listed),
    share(passes, listed),
  ];
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)} %`;
}

function renderCells([folder = '', ...cells]: readonly string[]): string {
  return folder.padEnd(20) + cells.map((cell) => cell.padStart(11)).join('');
}
