import { createConfigFile, readConfigFile } from '../files/config-file.ts';
import { defaultPolicy } from './default-policy.ts';

export interface PolicyFileOptions {
  readonly path: string;
  /** Uid that the sidecar runs under. */
  readonly uid: number;
  readonly onNotice: (notice: string) => void;
}

/**
 * Reads the Cedar policies of `policy.cedar`. Where there is none, writes the shipped roles, to be edited.
 *
 * @throws SidecarError `config_invalid` for a file that others could write
 */
export async function loadPolicyFile({ path, uid, onNotice }: PolicyFileOptions): Promise<string> {
  const existing = readConfigFile(path, uid);
  if (existing !== undefined) return existing;
  if (createConfigFile(path, defaultPolicy)) {
    onNotice('policy.cedar was written with the shipped roles: edit it to say who may do what');
  }
  return readConfigFile(path, uid) ?? defaultPolicy;
}
