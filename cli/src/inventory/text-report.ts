import { isoTime } from '../named-key.ts';
import { table } from '../table.ts';
import { findings } from './finding.ts';
import type { Inventory } from './inventory.ts';
import type { InventoryKey } from './inventory-key.ts';
import { keyHeadings, keyRow } from './key-row.ts';
import type { InventorySummary } from './summary.ts';

const barWidth = 20;

/** The inventory for a terminal. It shows no text that its owners chose freely. */
export function textReport({ asOf, summary, keys }: Inventory, width?: number): string {
  const parts = [
    overview(asOf, summary),
    countTable(['ALGORITHM', 'VERSIONS IN FORCE'], summary.algorithms, width),
    countTable(['STATE', 'VERSIONS'], summary.states, width),
    moveTable(summary, width),
    findingTable(summary, width),
    keyTable(keys, width),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function overview(asOf: number, summary: InventorySummary): string {
  const { keys, keysInForce, quantumVulnerableKeys: vulnerable, quantumVulnerableShare: share } = summary;
  return [
    `keys: ${keys}, in force: ${keysInForce}, at ${isoTime(asOf)}`,
    `quantum-vulnerable ${bar(share)} ${percent(share)}: ${vulnerable} of ${keysInForce} keys in force`,
  ].join('\n');
}

function bar(share: number): string {
  // Neither a few nor almost all may look like none or all.
  const filled = share === 0 || share === 1 ? share * barWidth : inBounds(Math.round(share * barWidth));
  return `[${'#'.repeat(filled).padEnd(barWidth, '.')}]`;
}

function inBounds(count: number): number {
  return Math.min(barWidth - 1, Math.max(1, count));
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function countTable(
  heading: readonly [string, string],
  counts: Readonly<Record<string, number>>,
  width?: number,
): string {
  const rows = Object.entries(counts).map(([word, count]) => [word, String(count)]);
  return rows.length === 0 ? '' : table(heading, rows, width);
}

function moveTable({ cnsa2Moves }: InventorySummary, width?: number): string {
  if (cnsa2Moves.length === 0) return '';
  const rows = cnsa2Moves.map(({ from, to, keys }) => [from, to, String(keys.length)]);
  return table(['CNSA 2.0: FROM', 'TO', 'KEYS'], rows, width);
}

function findingTable(summary: InventorySummary, width?: number): string {
  const rows = Object.entries(summary.findings)
    .filter(([, names]) => names.length > 0)
    .map(([finding, names]) => [finding, String(names.length), findings[finding as keyof typeof findings]]);
  return rows.length === 0 ? '' : table(['FINDING', 'KEYS', 'MEANING'], rows, width);
}

function keyTable(keys: readonly InventoryKey[], width?: number): string {
  if (keys.length === 0) return '';
  const isAsked = keys.some(({ callers }) => callers !== undefined);
  const headings = isAsked ? [...keyHeadings, 'CALLERS'] : keyHeadings;
  const rows = keys.map((key) => [...keyRow(key), key.callers?.join(', ') ?? '']);
  return table(headings, rows, width);
}
