import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/** One policy: its text for Cedar and its syntax tree for the checks made at load. */
export interface ParsedPolicy {
  readonly id: string;
  readonly text: string;
  readonly tree: PolicyJson;
  /** Where it begins in the whole text, counted from 1. */
  readonly line: number;
}

/** The policies as Cedar takes them, so that its diagnostics name them by id. */
export function staticPolicies(policies: readonly ParsedPolicy[]): Record<string, string> {
  return Object.fromEntries(policies.map(({ id, text }) => [id, text]));
}
