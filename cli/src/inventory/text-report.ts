import { isoTime } from '../named-key.ts';
import { table } from '../table.ts';
import { findings } from './finding.ts';
import type { Inventory } from './inventory.ts';
import type { InventoryKey } from './inventory-key.ts';
import { keyHeadings, keyRow } from './key-row.ts';
import type { InventorySummary } from './summary.ts';

const barWidth = 40;

/** The inventory for a terminal. It shows no text that its owners chose freely. */
export function textReport({ asOf, summary, keys }: Inventory): string {
  const parts = [
    overview(asOf, summary),
    countTable(['ALGORITHM', 'VERSIONS IN FORCE'], summary.algorithms),
    countTable(['STATE', 'VERSIONS'], summary.states),
    moveTable(summary),
    findingTable(summary),
    keyTable(keys),
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

function countTable(heading: readonly [string, string], counts: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counts).map(([word, count]) => [word, String(count)]);
  return rows.length === 0 ? '' : table(heading, rows);
}

function moveTable({ cnsa2Moves }: InventorySummary): string {
  if (cnsa2Moves.length === 0) return '';
  const rows = cnsa2Moves.map(({ from, to, keys }) => [from, to, String(keys.length)]);
  return table(['CNSA 2.0: FROM', 'TO', 'KEYS'], rows);
}

function findingTable(summary: InventorySummary): string {
  const rows = Object.entries(summary.findings)
    .filter(([, names]) => names.length > 0)
    .map(([finding, names]) => [finding, String(names.length), findings[finding as keyof typeof findings]]);
  return rows.length === 0 ? '' : table(['FINDING', 'KEYS', 'MEANING'], rows);
}

function keyTable(keys: readonly InventoryKey[]): string {
  if (keys.length === 0) return '';
  const isAsked = keys.some(({ callers }) => callers !== undefined);
  const headings = isAsked ? [...keyHeadings, 'CALLERS'] : keyHeadings;
  const rows = keys.map((key) => [...keyRow(key), key.callers?.join(', ') ?? '']);
  return table(headings, rows);
}
