import type { ChangeRequest } from '../documents.ts';

/** Who may use a key beside those whom its owner and labels let. */
export interface Grants {
  /**
   * Answers all grantees of the key afterwards.
   *
   * @throws SidecarError `not_found` for a principal or group that there is not, `request_conflict`
   */
  grant(keyId: string, grantee: string, request: ChangeRequest): Promise<readonly string[]>;
  /** @throws SidecarError `not_found` for what was not granted, `request_conflict` */
  revoke(keyId: string, grantee: string, request: ChangeRequest): Promise<readonly string[]>;
}
