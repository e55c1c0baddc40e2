import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { runSize } from '../../../test/faults/run-size.ts';
import type { CompiledPolicies, PolicyEngine, PolicyRequest } from './engine.ts';
import type { PolicyValue } from './request.ts';
import { contexts, policyTexts, requests } from './test-arbitraries.ts';
import { smallEngine } from './test-request.ts';

/** `npm run test:scale` tries more. */
const cases = runSize('FERROHSM_POLICY_CASES', 2000);
/** On a machine that has other things to do. */
const timeoutMs = 180_000;

let engine: PolicyEngine;
let other: PolicyEngine;
beforeAll(async () => {
  engine = await smallEngine('');
  other = await smallEngine('');
});

const loadable = policyTexts.filter((text) => other.check(text).length === 0);

/** One of a few requests in some context, a switch to one of a few policies, or the end of an epoch. */
const steps = fc.oneof(
  { arbitrary: fc.record({ ask: fc.nat({ max: 12 }), context: contexts }), weight: 20 },
  { arbitrary: fc.record({ replace: fc.nat({ max: 2 }) }), weight: 2 },
  { arbitrary: fc.constant('advance' as const), weight: 1 },
);
const asksOfRun = 100;

/** A request and its twins, each of which has one thing of another request. */
const twins: readonly ((one: PolicyRequest, other: PolicyRequest) => PolicyRequest)[] = [
  (one) => one,
  (one, { principal }) => ({ ...one, principal }),
  (one, { principal: { roles } }) => ({ ...one, principal: { ...one.principal, roles } }),
  (one, { principal: { groups } }) => ({ ...one, principal: { ...one.principal, groups } }),
  (one, { principal: { kind } }) => ({ ...one, principal: { ...one.principal, kind } }),
  (one, { principal: { credential } }) => ({ ...one, principal: { ...one.principal, credential } }),
  (one, { action }) => ({ ...one, action }),
  (one, { resource: { id } }) => ({ ...one, resource: { ...one.resource, id } }),
  (one, { resource: { attributes } }) => ({ ...one, resource: { ...one.resource, attributes } }),
  (one, { resource }) => withAttribute(one, resource, 'labels'),
  (one, { resource }) => withAttribute(one, resource, 'usedBy'),
  (one, { resource }) => withAttribute(one, resource, 'usedByGroups'),
  (one, { resource }) => withAttribute(one, resource, 'securityBits'),
];

function withAttribute(one: PolicyRequest, { attributes }: PolicyRequest['resource'], name: string): PolicyRequest {
  const changed = { ...one.resource.attributes, [name]: attributes[name] as PolicyValue };
  return { ...one, resource: { ...one.resource, attributes: changed } };
}

const runs = fc.record({
  texts: fc.array(loadable, { minLength: 3, maxLength: 3 }),
  asked: fc.tuple(requests, requests).map(([one, other]) => twins.map((twin) => twin(one, other))),
  sequence: fc.array(steps, { minLength: 1.5 * asksOfRun, maxLength: 1.5 * asksOfRun }),
});

function decided({ outcome, policies }: Readonly<{ outcome: string; policies: readonly string[] }>) {
  return { outcome, policies: [...policies].sort() };
}

test('a decision from the cache equals an uncached one, across switches of policies and ends of epochs', {
  timeout: timeoutMs,
}, () => {
  const tally = { asked: 0, switched: 0, advanced: 0 };
  const property = fc.property(runs, ({ texts, asked, sequence }) => {
    const versions = texts.map((text) => ({ ours: engine.compile(text), uncached: other.compile(text) }));
    let { ours, uncached } = versions[0] as (typeof versions)[number];
    engine.replace(ours);
    for (const step of sequence) {
      const { epoch } = engine;
      if (step === 'advance') {
        expect(engine.advanceEpoch()).toBe(epoch + 1);
        tally.advanced += 1;
      } else if ('replace' in step) {
        ({ ours, uncached } = versions[step.replace] as (typeof versions)[number]);
        engine.replace(ours);
        expect(engine.epoch).toBe(epoch + 1);
        tally.switched += 1;
      } else {
        const request = { ...(asked[step.ask] as PolicyRequest), context: step.context };
        const { hits } = engine.cacheStatistics;
        const decision = engine.decide(request);
        expect(decision.epoch).toBe(epoch);
        expect(decided(decision)).toEqual(decided(uncached.evaluate(request)));
        if (engine.cacheStatistics.hits > hits) {
          expect(engine.approvalsNeeded(request)).toBe(uncached.approvalsNeeded(request));
        }
        tally.asked += 1;
      }
    }
  });
  fc.assert(property, { numRuns: cases / asksOfRun, endOnFailure: true });
  expect(tally.asked).toBeGreaterThanOrEqual(cases);
  expect(tally.switched).toBeGreaterThan(cases / 50);
  expect(tally.advanced).toBeGreaterThan(cases / 100);
  const { hits, misses } = engine.cacheStatistics;
  expect(hits + misses).toBe(tally.asked);
  expect(hits).toBeGreaterThan(tally.asked / 10);
});

test('what no context is said to change is decided alike in every context', { timeout: timeoutMs }, async () => {
  let independent = 0;
  const drawn = fc.tuple(requests, contexts);
  const ask = (compiled: CompiledPolicies, [request, context]: [PolicyRequest, PolicyRequest['context']]) => {
    if (compiled.dependsOnContext(request)) return;
    independent += 1;
    expect(decided(compiled.evaluate({ ...request, context }))).toEqual(decided(compiled.evaluate(request)));
  };
  const property = fc.asyncProperty(loadable, fc.array(drawn, { minLength: 40, maxLength: 40 }), (text, all) =>
    other.tryOut(text, async (compiled) => {
      for (const one of all) ask(compiled, one);
    }),
  );
  await fc.assert(property, { numRuns: 50, endOnFailure: true });
  expect(independent).toBeGreaterThan(100);
});
