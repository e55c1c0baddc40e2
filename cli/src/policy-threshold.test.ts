import { expect, test } from 'vitest';
import { highestThreshold } from './policy-threshold.ts';

test.each<[policy: string, threshold: number]>([
  ['', 1],
  ['permit (principal, action, resource);', 1],
  ['forbid (principal, action, resource) unless { context.approvals >= 3 };', 3],
  ['forbid (principal, action, resource) unless { context.approvals >= 2 || context.approvals >= 12 };', 12],
  ['forbid (principal, action, resource) unless { context ["approvals"]\n>=4 };', 4],
  ['// context.approvals >= 9\npermit (principal, action, resource);', 1],
  ['@id("a // b") forbid (principal, action, resource) unless { context.approvals >= 5 };', 5],
  ['@id("\\" // b") forbid (principal, action, resource) unless { context.approvals >= 6 };', 6],
  ['@note("context.approvals >= 9") permit (principal, action, resource);', 1],
  ['forbid (principal, action, resource) unless { context . // here\n approvals >= 7 };', 7],
  ['permit (principal, action, resource) when { principal.context.approvalsLeft >= 9 };', 1],
])('%s', (policy, threshold) => {
  expect(highestThreshold(policy)).toBe(threshold);
});
