import { createHash } from 'node:crypto';
import { describeCall, type FerroHsm, FerroHsmError, type PlannedChange } from '@ferrohsm/sdk/node';
import { viewedSidecar } from '../sidecar-view.ts';
import { requireAgreement, requireAttended } from './agreement.ts';
import { DryRunEnd } from './dry-run.ts';
import type { ChangeOptions } from './effect.ts';
import { lossOf } from './losses.ts';

type Consent = Awaited<ReturnType<PlannedChange['rehearse']>>;
type Members = Readonly<Record<string, unknown>>;

/**
 * A connection whose first change ends a dry run, and on which a person is asked before the first change by which
 * something is lost.
 */
export function guardedSidecar(sidecar: FerroHsm, options: ChangeOptions): FerroHsm {
  let isAgreed = options.yes === true;
  return viewedSidecar(sidecar, {
    async beforeChange(change) {
      if (options.dryRun) throw await dryRunEnd(change);
      if (isAgreed) return;
      const loss = await lossOf(change, sidecar);
      if (loss === undefined) return;
      requireAttended(options);
      // What would be refused anyway is not asked about.
      const consent = await consentTo(change);
      await requireAgreement(options, [`you are about to ${wordsOf(change)[0]}`, ...loss, ...consentLine(consent)]);
      isAgreed = true;
    },
  });
}

async function dryRunEnd(change: PlannedChange): Promise<DryRunEnd> {
  const consent = await consentTo(change);
  const { method } = change;
  const words = [...wordsOf(change), ...consentLine(consent)];
  return new DryRunEnd({ method, params: withoutRequestId(change.params), approvals: consent }, words);
}

/** @returns undefined where the sidecar is older than the question */
async function consentTo(change: PlannedChange): Promise<Consent | undefined> {
  try {
    return await change.rehearse();
  } catch (error) {
    if (error instanceof FerroHsmError && error.code === 'method_not_found') return undefined;
    throw error;
  }
}

function wordsOf({ method, params }: PlannedChange): string[] {
  return describeCall(method, digested(withoutRequestId(params)) as Members);
}

function consentLine(consent: Consent | undefined): string[] {
  if (consent === undefined) return ['the sidecar cannot say whether it would permit it'];
  const { needed, given } = consent;
  if (needed === 0) return ['nobody else has to approve it'];
  return [`${needed === 1 ? '1 other person has' : `${needed} other people have`} to approve it; ${given} did`];
}

/** It only keeps a repetition from acting twice. */
function withoutRequestId({ requestId: _, ...params }: Members): Members {
  return params;
}

/** Bytes as people are shown them who approve. */
function digested(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return { bytes: value.length, sha256: createHash('sha256').update(value).digest('base64url') };
  }
  if (Array.isArray(value)) return value.map(digested);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, digested(member)]));
}
