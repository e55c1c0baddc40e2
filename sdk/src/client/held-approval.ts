import { ApprovalRequiredError, FerroHsmError, type HeldApproval } from '../errors.ts';
import type { Approval, ApprovalRequest } from '../generated/types.ts';
import type { Rpc } from './rpc.ts';
import { Slots } from './slots.ts';

/** Calls that wait take places among those that a connection may have under way, so they are few. */
const waitingCalls = 8;
const pollMs = 30_000;
/** Where more wait than there are places, they take turns. */
const crowdedPollMs = 1000;

const queues = new WeakMap<Rpc, Slots>();

/** The error of a held operation with the way to wait for its approval; any other error as it is. */
export function withApproval(error: unknown, rpc: Rpc): unknown {
  if (!(error instanceof FerroHsmError) || error.code !== 'approval_required') return error;
  const { approval } = error.facts;
  if (approval === undefined) return error;
  const options = error.cause === undefined ? {} : { cause: error.cause };
  return new ApprovalRequiredError(heldApproval(approval, rpc), error.detail, options);
}

function heldApproval(request: ApprovalRequest, rpc: Rpc): HeldApproval {
  return Object.freeze({
    ...request,
    wait: ({ signal }: { readonly signal?: AbortSignal | undefined } = {}) => untilApproved(rpc, request.id, signal),
  });
}

/**
 * Waits until other people have approved.
 *
 * @throws FerroHsmError `approval_closed` when that cannot be any more; whatever the signal was aborted with
 */
export async function untilApproved(rpc: Rpc, id: string, signal?: AbortSignal): Promise<Approval> {
  for (;;) {
    const approval = await unlessAborted(() => poll(rpc, id, signal), signal);
    if (approval.state === 'approved') return approval;
    if (approval.state !== 'pending') throw new FerroHsmError('approval_closed', closing(approval));
  }
}

async function poll(rpc: Rpc, id: string, signal: AbortSignal | undefined): Promise<Approval> {
  const queue = queues.get(rpc) ?? new Slots(waitingCalls);
  queues.set(rpc, queue);
  await queue.take();
  try {
    signal?.throwIfAborted();
    const timeoutMs = queue.calls > waitingCalls ? crowdedPollMs : pollMs;
    return await onceMoreWhenLost(async () => (await rpc.call('approvals.wait', { id, timeoutMs })).approval);
  } finally {
    queue.release();
  }
}

/** A connection that was lost while nothing happened on it is opened again. */
async function onceMoreWhenLost<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof FerroHsmError && error.code === 'connection_lost') return request();
    throw error;
  }
}

/** What is under way when the signal is aborted goes on unheard. */
async function unlessAborted<T>(start: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return start();
  signal.throwIfAborted();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([start(), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function closing({ state, votes }: Approval): string {
  const denial = votes.find(({ decision }) => decision === 'deny');
  if (denial === undefined) return state;
  return `denied by ${denial.person}${denial.reason === undefined ? '' : `: ${denial.reason}`}`;
}
