import { join } from 'node:path';
import { type LoadedPrincipals, loadPrincipals } from './identity/principals-file.ts';
import { loadPolicyFile } from './policy/policy-file.ts';

/** What the configuration folder says. */
export interface Configuration {
  readonly principals: LoadedPrincipals['principals'];
  /** Cedar text. */
  readonly policies: string;
}

/**
 * Reads `principals.json` and `policy.cedar`, writing what a first start needs.
 *
 * @throws SidecarError `config_invalid`
 */
export async function readConfiguration(folder: string, onNotice: (notice: string) => void): Promise<Configuration> {
  const uid = process.geteuid?.() ?? 0;
  const { principals, notices } = await loadPrincipals({ path: join(folder, 'principals.json'), uid });
  for (const notice of notices) onNotice(notice);
  return { principals, policies: await loadPolicyFile({ path: join(folder, 'policy.cedar'), uid, onNotice }) };
}
