import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { SidecarError } from '../errors.ts';
import type { Cedar } from './cedar.ts';

/** One policy: its text for Cedar and its syntax tree for the checks made at load. */
export interface ParsedPolicy {
  readonly id: string;
  readonly text: string;
  readonly tree: PolicyJson;
}

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,126}$/;

/**
 * Splits Cedar text into its policies by their `@id` annotations, which every policy needs and no two may share:
 * Cedar's own numbering would change with each edit. Throws `config_invalid`.
 */
export function parsePolicies(cedar: Cedar, text: string): readonly ParsedPolicy[] {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') throw invalid(parts.errors[0]?.message);
  if (parts.policy_templates.length > 0) throw invalid('policy templates are not supported');
  const policies = parts.policies.map((part) => parsePolicy(cedar, part));
  const ids = new Set<string>();
  for (const { id } of policies) {
    if (ids.has(id)) throw invalid(`two policies have @id("${id}")`);
    ids.add(id);
  }
  return policies;
}

/** The policies as Cedar takes them, so that its diagnostics name them by id. */
export function staticPolicies(policies: readonly ParsedPolicy[]): Record<string, string> {
  return Object.fromEntries(policies.map(({ id, text }) => [id, text]));
}

/**
 * Validates against the schema. Cedar reports `success` with a filled error list, and only warns of a policy that can
 * never apply, which for a `forbid` means a guard that never stands: both are refused. Throws `config_invalid`.
 */
export function validatePolicies(cedar: Cedar, schema: string, policies: readonly ParsedPolicy[]): void {
  const answer = cedar.validate({ schema, policies: { staticPolicies: staticPolicies(policies) } });
  if (answer.type === 'failure') throw invalid(answer.errors[0]?.message);
  const first = answer.validationErrors[0] ?? answer.validationWarnings[0];
  if (first !== undefined) throw invalid(`${first.policyId}: ${first.error.message}`);
  if (answer.otherWarnings[0] !== undefined) throw invalid(answer.otherWarnings[0].message);
}

function parsePolicy(cedar: Cedar, text: string): ParsedPolicy {
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') throw invalid(answer.errors[0]?.message);
  const id = answer.json.annotations?.id;
  if (id === undefined) throw invalid(`a policy has no @id("..."): ${text.trim().slice(0, 60)}`);
  if (!idPattern.test(id)) throw invalid(`policy @id("${id}") is not of letters, digits, dot, slash, hyphen`);
  return { id, text, tree: answer.json };
}

function invalid(message: string | undefined): SidecarError {
  return new SidecarError('config_invalid', `policy.cedar: ${message ?? 'does not parse'}`);
}
