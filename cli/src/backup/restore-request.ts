import { type Approval, describeOperation } from '@ferrohsm/sdk/node';
import type { PlanOptions } from '@ferrohsm/sidecar';
import { CliError, usageError } from '../errors.ts';
import { readJsonObject } from '../json-input.ts';
import type { Output } from '../output.ts';
import { writeOutputFile } from '../output-file.ts';

/** Who lets a restore through, as options say it. */
export interface ConsentOptions {
  readonly plan?: string;
  readonly requester?: string;
  readonly reason?: string;
  readonly approval?: readonly string[];
  readonly emergency?: string;
}

/** What the options ask for. */
export type Wish =
  | { readonly plan: string; readonly request: Pick<PlanOptions, 'requester' | 'reason'> }
  | { readonly approvals: readonly Approval[] }
  | { readonly emergency: Pick<PlanOptions, 'requester' | 'reason'> }
  | undefined;

/** @throws CliError 2 for options that do not fit, 65 and 66 for files */
export function consentWish({ plan, requester, reason, approval, emergency }: ConsentOptions): Wish {
  const ways = [plan, approval, emergency].filter((way) => way !== undefined);
  if (ways.length > 1) throw usageError('a plan, approvals and an emergency exclude each other', 'give one of them');
  if (approval !== undefined) return { approvals: approval.map(readRestoreRequest) };
  if (plan === undefined && emergency === undefined) return undefined;
  if (requester === undefined) throw usageError('nobody asks for the restore', 'add --requester ID');
  if (plan === undefined) return { emergency: { requester, reason: emergency ?? '' } };
  if (reason === undefined) throw usageError('nobody says why', 'add --reason TEXT');
  return { plan, request: { requester, reason } };
}

/**
 * A request for approvals from a file, with or without votes. That its digest is true, and its votes are, is looked at where
 * it is used.
 *
 * @throws CliError 65, 66
 */
export function readRestoreRequest(file: string): Approval {
  const { id, state, operation, digest, needed, votes } = readJsonObject(file);
  const isWhole =
    typeof operation === 'object' && operation !== null && typeof digest === 'string' && Array.isArray(votes);
  if (isWhole) return { id, state, operation, digest, needed, votes } as Approval;
  throw new CliError(65, `${file} is no request for a restore`, 'write one with: ferrohsm backup restore --plan');
}

/** Writes the request where people get it from, and says what it is. */
export async function writePlan(file: string, request: Approval, output: Output): Promise<void> {
  writeOutputFile(file, Buffer.from(`${JSON.stringify(request, null, 2)}\n`));
  await output.result({ request }, describeOperation(request.operation).join('\n'));
  const people = request.needed === 1 ? '1 other person has' : `${request.needed} other people have`;
  output.note(`${people} to approve ${file}: ferrohsm backup approve-restore ${file}`);
}
