import { SidecarError } from '../errors.ts';
import { type ConsentQuestion, type RestoreRequest, requestRestore } from './restore-consent.ts';
import { RestoreElectorate } from './restore-electorate.ts';

/** Who could have a backup restored, if it had to be now. */
export interface RestoreOutlook {
  /** Whether people in the backup have to consent. */
  readonly isGoverned: boolean;
  /** Ids of those who could ask, and would find enough others who could approve. */
  readonly requesters: readonly string[];
  /** Ids of those who could in an emergency. */
  readonly emergencyRequesters: readonly string[];
}

/** Asks for everybody in the backup whether a request would be made. */
export async function outlookOf(question: ConsentQuestion): Promise<RestoreOutlook> {
  const { governance, now } = question;
  const { isGoverned } = new RestoreElectorate(governance, now);
  const requesters: string[] = [];
  const emergencyRequesters: string[] = [];
  for (const { id: requester } of isGoverned ? governance.directory.principals : []) {
    const request = { requester, reason: 'rehearsal' };
    if (await isPossible(question, { ...request, isEmergency: false })) requesters.push(requester);
    if (await isPossible(question, { ...request, isEmergency: true })) emergencyRequesters.push(requester);
  }
  return { isGoverned, requesters, emergencyRequesters };
}

/** Whether the backup can be restored at all. */
export function isRestorable({ isGoverned, requesters, emergencyRequesters }: RestoreOutlook): boolean {
  return !isGoverned || requesters.length + emergencyRequesters.length > 0;
}

const refusals: readonly string[] = Object.freeze(['permission_denied', 'quorum_unreachable']);

async function isPossible(question: ConsentQuestion, request: RestoreRequest): Promise<boolean> {
  try {
    await requestRestore(question, request);
    return true;
  } catch (error) {
    if (error instanceof SidecarError && refusals.includes(error.code)) return false;
    throw error;
  }
}
