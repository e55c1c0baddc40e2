import type { DetailedError, Schema } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyFinding } from '../generated/types.ts';
import { approvalsMisuse } from './approvals-rule.ts';
import type { Cedar } from './cedar.ts';
import { type ParsedPolicy, staticPolicies } from './policy-set.ts';
import { recordMisuse } from './record-annotation.ts';
import { lineAt, type Statement, statementsOf } from './statements.ts';

/** A policy text as far as it can be read, and everything that is wrong with it, in the order of lines. */
export interface Inspection {
  readonly policies: readonly ParsedPolicy[];
  readonly findings: readonly PolicyFinding[];
}

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,126}$/;
/** The annotation among those that a policy begins with, also of one that does not parse. */
const idAnnotation = /^(?:@\w+\s*(?:\(\s*"[^"]*"\s*\)\s*)?)*?@id\s*\(\s*"([^"\\]*)"/;
const quotedLength = 60;

/**
 * Splits Cedar text into its policies by their `@id` annotations, which every policy needs and no two may share (Cedar's
 * own numbering would change with each edit), and checks them against the schema. Cedar reports `success` with a filled
 * error list, and only warns of a policy that can never apply, which for a `forbid` means a guard that never stands.
 */
export function inspectPolicies(cedar: Cedar, schema: Schema, text: string): Inspection {
  // Cedar is given UTF-8, where a lone surrogate is U+FFFD.
  const statements = statementsOf(text.toWellFormed());
  const policies = new Map<string, ParsedPolicy>();
  const findings: PolicyFinding[] = [];
  for (const statement of statements) {
    const read = readPolicy(cedar, statement, policies);
    if ('tree' in read) policies.set(read.id, read);
    else findings.push(read);
  }
  if (findings.length === 0) findings.push(...splitFindings(cedar, text, statements));
  const parsed = [...policies.values()];
  findings.push(...misuses(parsed), ...validationFindings(cedar, schema, policies));
  return { policies: parsed, findings: findings.sort((one, other) => (one.line ?? 0) - (other.line ?? 0)) };
}

function readPolicy(
  cedar: Cedar,
  statement: Statement,
  earlier: ReadonlyMap<string, ParsedPolicy>,
): ParsedPolicy | PolicyFinding {
  const { text, line } = statement;
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') return unreadable(cedar, statement, answer.errors[0]);
  const id = answer.json.annotations?.id;
  if (id === undefined || id === null) return { line, reason: `a policy has no @id("..."): ${quote(text)}` };
  if (!idPattern.test(id))
    return { line, reason: `policy @id("${quote(id)}") is not of letters, digits, dot, slash, hyphen` };
  if (earlier.has(id)) return { policy: id, line, reason: `two policies have @id("${id}")` };
  return { id, text, line, tree: answer.json };
}

function unreadable(cedar: Cedar, statement: Statement, error: DetailedError | undefined): PolicyFinding {
  const id = idAnnotation.exec(statement.text)?.[1];
  const policy = id !== undefined && idPattern.test(id) ? { policy: id } : {};
  if (cedar.templateToJson(statement.text).type === 'success') {
    return { ...policy, line: statement.line, reason: 'policy templates are not supported' };
  }
  return { ...policy, line: lineOf(error, statement), reason: error ? plainReason(error) : 'does not parse' };
}

/** Cedar's own split decides what a policy is: a text that it splits otherwise is refused. */
function splitFindings(cedar: Cedar, text: string, statements: readonly Statement[]): PolicyFinding[] {
  const parts = cedar.policySetTextToParts(text);
  const whole = { text, line: 1 };
  if (parts.type === 'failure') {
    return parts.errors.map((error) => ({ line: lineOf(error, whole), reason: plainReason(error) }));
  }
  const expected = statements.map((statement) => statement.text).sort();
  const isAlike = JSON.stringify([...parts.policies].sort()) === JSON.stringify(expected);
  return isAlike ? [] : [{ line: 1, reason: 'the text cannot be split into its policies' }];
}

function misuses(policies: readonly ParsedPolicy[]): PolicyFinding[] {
  return policies.flatMap((policy) => {
    const reason = approvalsMisuse(policy) ?? recordMisuse(policy);
    return reason === undefined ? [] : [{ policy: policy.id, line: policy.line, reason }];
  });
}

function validationFindings(
  cedar: Cedar,
  schema: Schema,
  policies: ReadonlyMap<string, ParsedPolicy>,
): PolicyFinding[] {
  const answer = cedar.validate({ schema, policies: { staticPolicies: staticPolicies([...policies.values()]) } });
  if (answer.type === 'failure') return answer.errors.map(({ message }) => ({ reason: message }));
  const ofPolicies = [...answer.validationErrors, ...answer.validationWarnings].map(({ policyId, error }) => {
    const policy = policies.get(policyId);
    return { policy: policyId, ...(policy && { line: lineOf(error, policy) }), reason: plainReason(error) };
  });
  return distinct([...ofPolicies, ...answer.otherWarnings.map((error) => ({ reason: plainReason(error) }))]);
}

/** Cedar says the same again for every action that a policy applies to, in no order. */
function distinct(findings: readonly PolicyFinding[]): PolicyFinding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/** Without what a finding tells beside it. */
function plainReason({ message }: DetailedError): string {
  return message
    .replace(/^failed to parse policy from string: /, '')
    .replace(/^for policy `[^`]*`[,:] /, '')
    .replace(/ for Action::"[^"]*"/, '');
}

/** Where Cedar names no place, it is the whole statement. */
function lineOf(error: DetailedError | undefined, statement: Statement): number {
  return lineAt(statement, error?.sourceLocations?.[0]?.start ?? 0);
}

function quote(text: string): string {
  return text.slice(0, quotedLength).replace(/\s+/g, ' ');
}
