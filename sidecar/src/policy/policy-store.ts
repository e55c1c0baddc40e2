import { hash } from 'node:crypto';
import { allDocuments, type ChangeRequest, type Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { PolicyVersion } from '../generated/types.ts';
import { createInTurn, type InTurn } from '../in-turn.ts';
import type { CompiledPolicies, PolicyEngine } from './engine.ts';
import type { SignedPolicy } from './policy-signature.ts';

/** Who loads policies, and what lets them. */
export interface Loading {
  /** Compact JWS of the policy officer. */
  readonly signature: string;
  /** Id of the principal. */
  readonly by: string;
  /** Id of the approval that let it through. */
  readonly approval: string | undefined;
  readonly request: ChangeRequest;
}

/** The versions of the policies; the newest is in force. */
export interface PolicyStore {
  readonly current: PolicyVersion;
  /** @throws SidecarError `not_found` */
  version(version: number): Promise<PolicyVersion>;
  /** Newest first, from before a version on. */
  history(before: number | undefined, limit: number): Promise<PolicyVersion[]>;
  /**
   * Puts a text in force as a new version. Whatever fails, the version before stays in force.
   *
   * @throws SidecarError `governed_by_file`, `policy_invalid`, `evidence_invalid`, `quorum_unreachable`
   */
  load(text: string, loading: Loading): Promise<PolicyVersion>;
  /** The same with the text of an earlier version. */
  rollback(version: number, loading: Loading): Promise<PolicyVersion>;
}

export interface PolicyStoreOptions {
  readonly documents: Documents;
  /** Whether the file is the truth. */
  readonly governance: 'file' | 'records';
  /** As `findNewestPolicy` found it. */
  readonly newest: PolicyVersion | undefined;
  /** Whether the file is the truth at this start: where it governs, and where records are seeded from it. */
  readonly isFileTrue: boolean;
  /** Text of `policy.cedar`. */
  readonly fileText: string;
  /** Origin of the log of this sidecar. */
  readonly audience: string;
  /** @throws SidecarError `evidence_invalid` */
  readonly verifySignature: (jws: string, signed: SignedPolicy) => Promise<void>;
  /** Shared with whatever else `check` looks at, so that nothing changes between check and switch. */
  readonly inTurn?: InTurn;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface OpenedPolicies {
  /** Text to put in force at the start. */
  readonly text: string;
  /** @param check throws when some operation could then find too few people (`quorum_unreachable`) */
  attach(engine: PolicyEngine, check: (compiled: CompiledPolicies) => void): PolicyStore;
}

const kind = 'policy';
const versionDigits = 10;

/**
 * Finds the newest version. While the file is the truth, a text that differs from it becomes the next version; records
 * are seeded from the file once.
 */
export async function openPolicies(options: PolicyStoreOptions): Promise<OpenedPolicies> {
  const { documents, isFileTrue, fileText, now } = options;
  let current = options.newest;
  if (current === undefined || (isFileTrue && current.text !== fileText)) {
    const seeded = versionOf((current?.version ?? 0) + 1, fileText, { source: 'file', loadedAt: now() });
    await documents.change((changes) => changes.put(kind, idOf(seeded.version), seeded));
    current = seeded;
  }
  const first = current;
  return { text: first.text, attach: (engine, check) => createStore(first, engine, check, options) };
}

function createStore(
  first: PolicyVersion,
  engine: PolicyEngine,
  check: (compiled: CompiledPolicies) => void,
  { documents, governance, audience, verifySignature, now, inTurn = createInTurn() }: PolicyStoreOptions,
): PolicyStore {
  let current = first;

  async function version(wanted: number): Promise<PolicyVersion> {
    const found = await documents.get<PolicyVersion>(kind, idOf(wanted));
    if (found === undefined) throw new SidecarError('not_found', `policy version ${wanted}`);
    return found;
  }

  async function put(text: string, source: PolicyVersion['source'], loading: Loading): Promise<PolicyVersion> {
    const { by, signature, approval, request } = loading;
    const earlier = await documents.result<PolicyVersion>(request);
    if (earlier !== undefined) return earlier;
    const compiled = engine.compile(text);
    const signed = { sha256: compiled.sha256, replaces: current.version, person: by, audience };
    await verifySignature(signature, signed);
    check(compiled);
    const facts = { source, loadedBy: by, loadedAt: now(), signature, ...(approval !== undefined && { approval }) };
    const next = versionOf(current.version + 1, text, facts);
    await documents.change((changes) => {
      changes.put(kind, idOf(next.version), next);
      return next;
    }, request);
    current = next;
    engine.replace(compiled);
    return next;
  }

  /** One after the other: a signature names the version that it replaces. */
  function byRecords(work: () => Promise<PolicyVersion>): Promise<PolicyVersion> {
    if (governance === 'file') return Promise.reject(new SidecarError('governed_by_file', 'policy.cedar'));
    return inTurn(work);
  }

  return {
    get current() {
      return current;
    },
    version,
    async history(before, limit) {
      const newest = Math.min(before ?? Number.POSITIVE_INFINITY, current.version + 1) - 1;
      const numbers = Array.from({ length: Math.min(limit, Math.max(0, newest)) }, (_, index) => newest - index);
      return Promise.all(numbers.map(version));
    },
    load: (text, loading) => byRecords(() => put(text, 'rpc', loading)),
    rollback: (wanted, loading) => byRecords(async () => put((await version(wanted)).text, 'rollback', loading)),
  };
}

/** The newest version; undefined when there is none yet. */
export async function findNewestPolicy(documents: Documents): Promise<PolicyVersion | undefined> {
  return (await allDocuments<PolicyVersion>(documents, kind)).at(-1)?.value;
}

type VersionFacts = Omit<PolicyVersion, 'version' | 'text' | 'sha256'>;

function versionOf(version: number, text: string, facts: VersionFacts): PolicyVersion {
  return { version, sha256: hash('sha256', text, 'base64url'), text, ...facts };
}

/** Ids sort by their number. */
function idOf(version: number): string {
  return String(version).padStart(versionDigits, '0');
}
