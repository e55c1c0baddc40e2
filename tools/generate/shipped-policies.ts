import { loadCedar } from '../../sidecar/src/policy/cedar.ts';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { inspectPolicies } from '../../sidecar/src/policy/findings.ts';
import { inspectionDigest } from '../../sidecar/src/policy/inspection-digest.ts';
import { cedarSchema, methodActions } from '../../sidecar/src/policy/schema.ts';

/**
 * What a start would find out about the shipped policies.
 *
 * @throws Error when they are not valid
 */
export async function shippedPoliciesModule(): Promise<string> {
  const cedar = await loadCedar();
  const schema = cedarSchema(methodActions);
  const { policies, findings } = inspectPolicies(cedar, schema, defaultPolicy);
  const converted = cedar.schemaToJson(schema);
  if (findings.length > 0 || converted.type === 'failure') {
    throw new Error(`the shipped policies are not valid: ${JSON.stringify([findings, converted])}`);
  }
  const module = {
    digest: inspectionDigest(cedar, schema, defaultPolicy),
    trees: JSON.stringify(policies.map(({ tree }) => tree)),
    schemaDigest: inspectionDigest(cedar, schema, ''),
    schema: JSON.stringify(converted.json),
  };
  return `// Generated from sidecar/src/policy by tools/generate.ts. Change the policies there, not this file.

/** What inspecting the shipped policies and their schema found out when this was built; JSON is read faster as text. */
export const shippedPolicies = ${JSON.stringify(module, null, 2)};
`;
}
