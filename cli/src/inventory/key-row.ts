import { lengthText } from '../retention-text.ts';
import { type InventoryKey, type InventoryVersion, leadingVersion } from './inventory-key.ts';

/** Headings of {@link keyRow}. */
export const keyHeadings = [
  'NAME',
  'ALGORITHM',
  'STATE',
  'BITS',
  'QUANTUM',
  'CNSA 2.0',
  'VERSIONS',
  'AGE',
  'USES',
  'LAST USED',
  'ROTATION',
  'EXPIRES',
] as const;

/** A key in one line, by the version that counts. */
export function keyRow(key: InventoryKey): readonly string[] {
  const leading = leadingVersion(key);
  return [
    key.name,
    leading?.algorithmText ?? '',
    leading?.state ?? '',
    String(leading?.securityBits ?? ''),
    leading === undefined ? '' : quantumWord(leading),
    leading?.cnsa2 ? 'yes' : 'no',
    String(key.versions.length),
    `${key.ageDays} d`,
    ...usageCells(key),
    rotationText(key),
    key.expiresAt === undefined ? '' : dayOf(key.expiresAt),
  ];
}

export function quantumWord({ quantumSafe, hybrid }: InventoryVersion): string {
  if (!quantumSafe) return 'vulnerable';
  return hybrid ? 'hybrid' : 'safe';
}

/** Of all versions together. */
function usageCells({ versions }: InventoryKey): readonly [uses: string, last: string] {
  if (versions.some(({ uses }) => uses === undefined)) return ['?', '?'];
  const uses = versions.reduce((sum, version) => sum + (version.uses ?? 0), 0);
  const last = Math.max(...versions.map(({ usedAt }) => usedAt ?? 0));
  return [String(uses), last === 0 ? 'never' : dayOf(last)];
}

function rotationText({ rotation = {} }: InventoryKey): string {
  const { everySeconds, afterUses, afterBytes } = rotation;
  const limits = [
    everySeconds === undefined ? '' : lengthText(everySeconds),
    afterUses === undefined ? '' : `${afterUses} uses`,
    afterBytes === undefined ? '' : `${afterBytes} bytes`,
  ].filter((limit) => limit !== '');
  return limits.length === 0 ? 'none' : limits.join(', ');
}

export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
