import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { runSize } from '../../../test/faults/run-size.ts';
import { defaultPolicy } from './default-policy.ts';
import type { CompiledPolicies, PolicyEngine, PolicyRequest } from './engine.ts';
import { contexts, people, policyTexts, requests } from './test-arbitraries.ts';
import { resources } from './test-matrix.ts';
import { allActions, engineOf, smallEngine } from './test-request.ts';

/** `npm run test:scale` tries more. */
const cases = runSize('FERROHSM_POLICY_CASES', 2000);
/** On a machine that has other things to do. */
const timeoutMs = 180_000;
/** Requests that are asked of each set of policies, which takes longer to load than to ask. */
const requestsOfSet = 25;

let small: PolicyEngine;
let shipped: PolicyEngine;
beforeAll(async () => {
  small = await smallEngine('');
  shipped = await engineOf(defaultPolicy);
});

type Asked = Pick<CompiledPolicies, 'approvalsNeeded'> & {
  outcome(request: PolicyRequest): string;
};

/** No policy here compares with more. */
const most = 16;

/** A request and two numbers of approvals. */
interface Case {
  readonly request: PolicyRequest;
  readonly some: number;
  readonly more: number;
}

function caseOf(drawn: fc.Arbitrary<PolicyRequest>): fc.Arbitrary<Case> {
  const approvals = fc.nat({ max: most });
  return fc.tuple(drawn, approvals, approvals).map(([request, some, extra]) => ({ request, some, more: some + extra }));
}

/** @returns the approvals needed, after trying one less, as many and the two drawn numbers */
function expectConsentHelps({ outcome, approvalsNeeded }: Asked, { request, some, more }: Case): number | undefined {
  const withApprovals = (approvals: number) => outcome({ ...request, context: { ...request.context, approvals } });
  expect([withApprovals(some), withApprovals(more)]).not.toEqual(['allow', 'deny']);
  const needed = approvalsNeeded(request);
  if (needed === undefined) expect(withApprovals(most)).toBe('deny');
  else expect(withApprovals(needed)).toBe('allow');
  if (needed !== undefined && needed > 0) expect(withApprovals(needed - 1)).toBe('deny');
  return needed;
}

test('over random policies that load, more approvals never turn an allow into a deny, and those needed are the fewest', {
  timeout: timeoutMs,
}, async () => {
  const tally = { asked: 0, held: 0, refused: 0 };
  const several = fc.array(caseOf(requests), { minLength: requestsOfSet, maxLength: requestsOfSet });
  const property = fc.asyncProperty(policyTexts, several, async (text, all) => {
    const trial = small.tryOut(text, async (compiled) => {
      const outcome = (request: PolicyRequest) => compiled.evaluate(request).outcome;
      const needed = all.map((one) => expectConsentHelps({ ...compiled, outcome }, one));
      tally.held += needed.filter((count) => count !== undefined && count > 0).length;
      tally.asked += all.length;
    });
    await trial.catch((error) => {
      if (error.code !== 'policy_invalid') throw error;
      tally.refused += 1;
    });
  });
  // A tenth of the policies is refused.
  await fc.assert(property, { numRuns: (1.3 * cases) / requestsOfSet, endOnFailure: true });
  // Neither the rule nor the requests are vacuous.
  expect(tally.asked).toBeGreaterThanOrEqual(cases);
  expect(tally.held).toBeGreaterThan(cases / 50);
  expect(tally.refused).toBeGreaterThan(cases / 2000);
});

test('so it is under the shipped policy, for every action on everything', { timeout: timeoutMs }, () => {
  const tally = { held: 0, allowed: 0 };
  const asked = {
    approvalsNeeded: shipped.approvalsNeeded,
    outcome: (request: PolicyRequest) => shipped.decide(request).outcome,
  };
  const drawn = fc.record({
    principal: people,
    action: fc.constantFrom(...allActions),
    resource: fc.constantFrom(...Object.values(resources)),
    context: contexts,
  });
  const property = fc.property(caseOf(drawn), (one) => {
    const needed = expectConsentHelps(asked, one);
    if (needed === 0) tally.allowed += 1;
    else if (needed !== undefined) tally.held += 1;
  });
  fc.assert(property, { numRuns: cases, endOnFailure: true });
  expect(tally.allowed).toBeGreaterThan(cases / 50);
  expect(tally.held).toBeGreaterThan(cases / 500);
});
