import type { PolicyJson, SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { shippedPolicies } from '../generated/shipped-policies.ts';
import type { Cedar } from './cedar.ts';
import { type Inspection, inspectPolicies } from './findings.ts';
import { inspectionDigest } from './inspection-digest.ts';
import type { ParsedPolicy } from './policy-set.ts';
import { type Statement, statementsOf } from './statements.ts';

/** The schema of policies, as text and in the form that Cedar reads fastest. */
export interface PolicySchema {
  readonly text: string;
  readonly prepared: string | SchemaJson<string>;
}

/** The schema of this version's own actions was turned into Cedar's JSON when the package was built. */
export function policySchema(cedar: Cedar, text: string): PolicySchema {
  const isShipped = inspectionDigest(cedar, text, '') === shippedPolicies.schemaDigest;
  return { text, prepared: isShipped ? (JSON.parse(shippedPolicies.schema) as SchemaJson<string>) : text };
}

/**
 * The same as inspecting the text. For the shipped policies, the schema of this version and the Cedar that it was built
 * with, that was done when the package was built: it is a third of a start.
 */
export function inspectOrRecall(cedar: Cedar, schema: PolicySchema, text: string): Inspection {
  if (inspectionDigest(cedar, schema.text, text) !== shippedPolicies.digest) {
    return inspectPolicies(cedar, schema.prepared, text);
  }
  const trees = JSON.parse(shippedPolicies.trees) as PolicyJson[];
  return { policies: statementsOf(text).map((statement, index) => recalled(statement, trees[index])), findings: [] };
}

function recalled({ text, line }: Statement, tree: PolicyJson | undefined): ParsedPolicy {
  const id = tree?.annotations?.id;
  if (tree === undefined || typeof id !== 'string') throw new Error('the shipped policies are not those of the build');
  return { id, text, line, tree };
}
