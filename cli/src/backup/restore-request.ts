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
  readonly emergency?: boolean;
}

/** What the options ask for. */
export type Wish =
  | { readonly plan: string; readonly request: Pick<PlanOptions, 'requester' | 'reason' | 'isEmergency'> }
  | { readonly approvals: readonly Approval[] }
  | undefined;

/** @throws CliError 2 for options that do not fit, 65 and 66 for files */
export function consentWish({ plan, requester, reason, approval, emergency = false }: ConsentOptions): Wish {
  if (plan !== undefined && approval !== undefined) {
    throw usageError('a plan and approvals exclude each other', 'give one of them');
  }
  if (emergency && plan === undefined) throw usageError('--emergency is for --plan', 'write the request first');
  if (approval !== undefined) return { approvals: approval.map(readRestoreRequest) };
  if (plan === undefined) return undefined;
  if (requester === undefined) throw usageError('nobody asks for the restore', 'add --requester ID');
  if (reason === undefined) throw usageError('nobody says why', 'add --reason TEXT');
  return { plan, request: { requester, reason, isEmergency: emergency } };
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
  const { requester, params } = request.operation;
  if (JSON.parse(params).emergency === true) output.note(`${requester} signs it too, in the same way`);
}
