import { cnsa2Target } from './algorithm-facts.ts';
import { type Finding, findingNames } from './finding.ts';
import type { InventoryKey } from './inventory-key.ts';

/** What would have to move to what for CNSA 2.0. */
export interface Cnsa2Move {
  readonly from: string;
  readonly to: string;
  /** Names of the keys. */
  readonly keys: readonly string[];
}

export interface InventorySummary {
  readonly keys: number;
  /** Keys with a version in force. */
  readonly keysInForce: number;
  readonly quantumVulnerableKeys: number;
  /** Of the keys in force, 0 to 1. */
  readonly quantumVulnerableShare: number;
  /** Versions in force by algorithm. */
  readonly algorithms: Readonly<Record<string, number>>;
  /** Versions by state. */
  readonly states: Readonly<Record<string, number>>;
  readonly cnsa2Moves: readonly Cnsa2Move[];
  /** Names of the keys with each finding. */
  readonly findings: Readonly<Record<Finding, readonly string[]>>;
}

export function summaryOf(keys: readonly InventoryKey[]): InventorySummary {
  const versions = keys.flatMap((key) => key.versions);
  const keysInForce = keys.filter((key) => key.versions.some(({ inForce }) => inForce)).length;
  const quantumVulnerableKeys = namesWith(keys, 'quantum-vulnerable').length;
  return {
    keys: keys.length,
    keysInForce,
    quantumVulnerableKeys,
    quantumVulnerableShare: keysInForce === 0 ? 0 : quantumVulnerableKeys / keysInForce,
    algorithms: counts(versions.filter(({ inForce }) => inForce).map(({ algorithmText }) => algorithmText)),
    states: counts(versions.map(({ state }) => state)),
    cnsa2Moves: cnsa2Moves(keys),
    findings: Object.fromEntries(
      findingNames.map((finding) => [finding, namesWith(keys, finding)]),
    ) as InventorySummary['findings'],
  };
}

function namesWith(keys: readonly InventoryKey[], finding: Finding): readonly string[] {
  return keys.filter(({ findings }) => findings.includes(finding)).map(({ name }) => name);
}

/** How often each word is there, the most frequent first. */
function counts(words: readonly string[]): Readonly<Record<string, number>> {
  const found = new Map<string, number>();
  for (const word of words) found.set(word, (found.get(word) ?? 0) + 1);
  const rows = [...found].sort(([one, many], [other, more]) => more - many || compare(one, other));
  return Object.fromEntries(rows);
}

function cnsa2Moves(keys: readonly InventoryKey[]): readonly Cnsa2Move[] {
  const moves = new Map<string, { to: string; keys: Set<string> }>();
  for (const { name, versions } of keys) {
    for (const { inForce, cnsa2, algorithm, algorithmText } of versions) {
      if (!inForce || cnsa2) continue;
      const move = moves.get(algorithmText) ?? { to: cnsa2Target(algorithm), keys: new Set() };
      moves.set(algorithmText, move);
      move.keys.add(name);
    }
  }
  return [...moves]
    .map(([from, { to, keys: names }]) => ({ from, to, keys: [...names] }))
    .sort((one, other) => other.keys.length - one.keys.length || compare(one.from, other.from));
}

/** By code units, the same everywhere. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
