import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyFinding } from '../generated/types.ts';
import { approvalsMisuse } from './approvals-rule.ts';
import type { Cedar } from './cedar.ts';
import { type ParsedPolicy, staticPolicies } from './policy-set.ts';

/** A policy text as far as it can be read, and everything that is wrong with it. */
export interface Inspection {
  readonly policies: readonly ParsedPolicy[];
  readonly findings: readonly PolicyFinding[];
}

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,126}$/;

/**
 * Splits Cedar text into its policies by their `@id` annotations, which every policy needs and no two may share (Cedar's
 * own numbering would change with each edit), and checks them against the schema. Cedar reports `success` with a filled
 * error list, and only warns of a policy that can never apply, which for a `forbid` means a guard that never stands.
 */
export function inspectPolicies(cedar: Cedar, schema: string, text: string): Inspection {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure')
    return { policies: [], findings: parts.errors.map((error) => findingOf(error, text, 0)) };
  const findings: PolicyFinding[] = [];
  const policies: ParsedPolicy[] = [];
  let end = 0;
  for (const part of parts.policies) {
    const start = Math.max(0, text.indexOf(part, end));
    end = start + part.length;
    const { policy, finding } = parsePolicy(cedar, part, policies, lineAt(text, start));
    if (policy !== undefined) policies.push({ ...policy, start });
    if (finding !== undefined) findings.push(finding);
  }
  if (parts.policy_templates.length > 0) findings.push({ reason: 'policy templates are not supported' });
  findings.push(...misuses(policies, text), ...validationFindings(cedar, schema, policies, text));
  return { policies, findings };
}

function parsePolicy(
  cedar: Cedar,
  text: string,
  earlier: readonly ParsedPolicy[],
  line: number,
): { policy?: Omit<ParsedPolicy, 'start'>; finding?: PolicyFinding } {
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') return { finding: { line, reason: answer.errors[0]?.message ?? 'does not parse' } };
  const id = answer.json.annotations?.id;
  const refused = (reason: string) => ({ finding: { line, reason } });
  if (id === undefined || id === null) return refused(`a policy has no @id("..."): ${text.trim().slice(0, 60)}`);
  if (!idPattern.test(id)) return refused(`policy @id("${id}") is not of letters, digits, dot, slash, hyphen`);
  if (earlier.some((policy) => policy.id === id)) return refused(`two policies have @id("${id}")`);
  return { policy: { id, text, tree: answer.json } };
}

function misuses(policies: readonly ParsedPolicy[], text: string): PolicyFinding[] {
  return policies.flatMap((policy) => {
    const reason = approvalsMisuse(policy);
    return reason === undefined ? [] : [{ policy: policy.id, line: lineAt(text, policy.start), reason }];
  });
}

function validationFindings(
  cedar: Cedar,
  schema: string,
  policies: readonly ParsedPolicy[],
  text: string,
): PolicyFinding[] {
  const answer = cedar.validate({ schema, policies: { staticPolicies: staticPolicies(policies) } });
  if (answer.type === 'failure') return answer.errors.map((error) => findingOf(error, text, 0));
  const starts = new Map(policies.map(({ id, start }) => [id, start]));
  const ofPolicies = [...answer.validationErrors, ...answer.validationWarnings];
  return [
    ...ofPolicies.map(({ policyId, error }) => ({
      policy: policyId,
      ...findingOf(error, text, starts.get(policyId) ?? 0),
    })),
    ...answer.otherWarnings.map((error) => findingOf(error, text, 0)),
  ];
}

/** @param start where the policy begins that the error's places are told from */
function findingOf({ message, sourceLocations }: DetailedError, text: string, start: number): PolicyFinding {
  const place = sourceLocations?.[0]?.start;
  return { ...(place !== undefined && { line: lineAt(text, start + place) }), reason: message };
}

/** Counted from 1. Cedar counts bytes; the difference to UTF-16 cannot pass the end of the text. */
function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
