import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { Group, Principal, PrincipalRecord } from '../../sidecar/src/generated/types.ts';
import { createDirectory } from '../../sidecar/src/identity/directory.ts';
import { loadCedar } from '../../sidecar/src/policy/cedar.ts';
import { compilePolicies } from '../../sidecar/src/policy/compiled-policies.ts';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import {
  loadPolicyEngine,
  type PolicyEngine,
  type PolicyRequest,
  type PolicyResource,
} from '../../sidecar/src/policy/engine.ts';
import { inspectPolicies } from '../../sidecar/src/policy/findings.ts';
import { cedarSchema, methodActions } from '../../sidecar/src/policy/schema.ts';
import { median, percentile } from './statistics.ts';

/** What decisions and loads cost, in the process that makes them. */
export interface PolicyCosts {
  readonly policies: number;
  readonly cachedUs: number;
  /** Medians: where no policy that fits reads the context, and where one does. */
  readonly uncachedUs: number;
  readonly uncachedConsentUs: number;
  readonly uncachedConsentP99Us: number;
  /** A denial that has to find out whether approvals could lift it. */
  readonly approvalsNeededUs: number;
  readonly loadPolicies: number;
  readonly loadPoliciesMs: number;
  readonly loadPrincipals: number;
  readonly loadPrincipalsMs: number;
}

/** The shipped policy and so many further ones, of the kinds that teams add: by group, label, time and consent. */
function policiesWith(count: number): string {
  const shipped = defaultPolicy.match(/@id\(/g)?.length ?? 0;
  const further = Array.from({ length: Math.max(0, count - shipped) }, (_, index) => {
    const team = `team-${index}`;
    return [
      `@id("${team}.use") permit (principal in Group::"${team}", action in Action::"key.use", resource is Key)
       when { resource.hasTag("team") && resource.getTag("team") == "${team}" };`,
      `@id("${team}.strength") forbid (principal in Group::"${team}", action in Action::"key.use", resource is Key)
       when { resource.securityBits < 128 };`,
      `@id("${team}.consent") forbid (principal in Group::"${team}", action == Action::"subtle.sign", resource is Key)
       when { resource has environment && resource.environment == "${team}" } unless { context.approvals >= 2 };`,
    ][index % 3];
  });
  return `${defaultPolicy}\n${further.join('\n')}`;
}

const credential = Object.freeze({ kind: 'unix-peer', subject: 'uid:1000', uid: 1000 } as const);

function memberOf(...groups: readonly string[]): Principal {
  const roles = Object.freeze(['Operator']) as unknown as Principal['roles'];
  return Object.freeze({
    id: 'robot',
    kind: 'workload',
    roles,
    groups: Object.freeze([...groups]) as string[],
    credential,
  });
}

/** Of teams with policies on use and strength. */
const plain = memberOf('team-0', 'team-1');

/** Of a team whose consent policy reads the context: Cedar is asked twice, to learn whether to remember the answer. */
const withConsent = memberOf('team-0', 'team-1', 'team-2');

function keyNumber(index: number): PolicyResource {
  const attributes = Object.freeze({
    owner: 'zoe',
    name: `payments/${index}`,
    state: 'active',
    algorithm: 'ML-DSA-65',
    keyType: 'private',
    scope: 'named',
    extractable: false,
    securityBits: 192,
    quantumSafe: true,
    hybrid: false,
    cnsa2: false,
    usedBy: Object.freeze([]) as readonly string[],
    usedByGroups: Object.freeze([]) as readonly string[],
    labels: Object.freeze({ team: `team-${index}` }),
    environment: index % 2 === 0 ? 'test' : 'production',
  });
  return Object.freeze({ type: 'Key', id: `key_${index}/1`, attributes } as const);
}

function requestFor(index: number, principal: Principal, action = 'subtle.sign'): PolicyRequest {
  const context = { approvals: 0, transport: 'unix', source: 'default', time: Date.UTC(2026, 10, 24) } as const;
  return { principal, action, resource: keyNumber(index), context };
}

function timesUs(runs: number, work: (run: number) => void): readonly number[] {
  return Array.from({ length: runs }, (_, run) => {
    const start = performance.now();
    work(run);
    return (performance.now() - start) * 1_000;
  });
}

/** Requests between which a cached decision is looked for, so that no single one stays in the processor's cache. */
const workingSet = 1_024;

/** Mean of a batch, because one such decision is shorter than the clock tells; the outcomes are used, so none is left out. */
function cachedUs(engine: PolicyEngine): number {
  const requests = Array.from({ length: workingSet }, (_, index) => requestFor(index, withConsent));
  for (const request of requests) engine.decide(request);
  const { hits } = engine.cacheStatistics;
  const size = 50 * workingSet;
  let allowed = 0;
  const batch = () => {
    for (let run = 0; run < size; run++) {
      const request = requests[run % workingSet];
      if (request !== undefined && engine.decide(request).outcome === 'allow') allowed += 1;
    }
  };
  batch();
  const times = timesUs(20, batch);
  if (engine.cacheStatistics.hits - hits !== 21 * size || allowed !== 21 * size) throw new Error('not all were cached');
  return median(times) / size;
}

function uncachedUs(engine: PolicyEngine, principal: Principal): readonly number[] {
  const requests = Array.from({ length: 1_100 }, (_, index) => requestFor(index, principal));
  const times = timesUs(requests.length, (run) => {
    engine.advanceEpoch();
    const request = requests[run];
    if (request !== undefined) engine.decide(request);
  });
  return times.slice(100);
}

async function decisionCosts(policies: number) {
  const engine = await loadPolicyEngine({ policies: policiesWith(policies), actions: methodActions });
  const cached = cachedUs(engine);
  const free = uncachedUs(engine, plain);
  const bound = uncachedUs(engine, withConsent);
  const held = requestFor(0, plain, 'subtle.wrapKey');
  const needed = timesUs(300, () => engine.approvalsNeeded(held));
  return {
    policies,
    cachedUs: cached,
    uncachedUs: median(free),
    uncachedConsentUs: median(bound),
    uncachedConsentP99Us: percentile(bound, 99),
    approvalsNeededUs: median(needed),
  };
}

async function policyLoadMs(count: number): Promise<number> {
  const cedar = await loadCedar();
  const schema = cedarSchema(methodActions);
  const text = policiesWith(count);
  const start = performance.now();
  const inspection = inspectPolicies(cedar, schema, text);
  if (inspection.findings.length > 0) throw new Error(JSON.stringify(inspection.findings[0]));
  compilePolicies(text, inspection, { cedar, schema, name: 'bench', onFault: undefined });
  return performance.now() - start;
}

function principalsLoadMs(count: number): number {
  const principals = Array.from({ length: count }, (_, index): PrincipalRecord => {
    return {
      id: `robot-${index}`,
      kind: 'workload',
      owner: 'zoe',
      roles: ['Service'],
      credentials: [{ uid: 10_000 + index }],
    };
  });
  const zoe: PrincipalRecord = { id: 'zoe', kind: 'person', roles: ['Operator'], credentials: [{ uid: 1_000 }] };
  const groups = Array.from({ length: 100 }, (_, index): Group => {
    const members = principals.filter((__, member) => member % 100 === index).map(({ id }) => id);
    return { id: `team-${index}`, members: index === 0 ? members : [...members, `team-${index - 1}`], roles: [] };
  });
  const start = performance.now();
  const directory = createDirectory({ principals: [...principals, zoe], groups });
  for (const { id } of directory.principals) directory.membership(id);
  return performance.now() - start;
}

/** Measures decisions under 50 policies, and loads of 1,000 policies and of 10,000 principals with their memberships. */
export async function measurePolicies(): Promise<PolicyCosts> {
  const loadPolicies = 1_000;
  const loadPrincipals = 10_000;
  return {
    ...(await decisionCosts(50)),
    loadPolicies,
    loadPoliciesMs: await policyLoadMs(loadPolicies),
    loadPrincipals,
    loadPrincipalsMs: principalsLoadMs(loadPrincipals),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const costs = await measurePolicies();
  const lines = [
    `cached decision     ${costs.cachedUs.toFixed(2)} us with ${costs.policies} policies`,
    `uncached decision   ${costs.uncachedUs.toFixed(0)} us median`,
    `  and a consent rule ${costs.uncachedConsentUs.toFixed(0)} us median, ${costs.uncachedConsentP99Us.toFixed(0)} us p99`,
    `approvals needed    ${costs.approvalsNeededUs.toFixed(0)} us median of a held request`,
    `load                ${costs.loadPoliciesMs.toFixed(0)} ms for ${costs.loadPolicies} policies`,
    `load                ${costs.loadPrincipalsMs.toFixed(0)} ms for ${costs.loadPrincipals} principals in 100 nested groups`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
