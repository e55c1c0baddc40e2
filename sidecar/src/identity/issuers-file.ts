import { dirname, resolve } from 'node:path';
import { readConfigFile } from '../files/config-file.ts';
import { type Issuer, parseIssuers } from './issuers.ts';

/**
 * Reads `issuers.json`, where there is one; a file that others could write is refused.
 *
 * @param uid that the sidecar runs under
 * @throws SidecarError `config_invalid`
 * @example const issuers = loadIssuers('/etc/ferrohsm/issuers.json', process.geteuid());
 */
export function loadIssuers(path: string, uid: number): readonly Issuer[] {
  const text = readConfigFile(path, uid);
  if (text === undefined) return [];
  return parseIssuers(text).map((issuer) =>
    issuer.keys.kind === 'file'
      ? { ...issuer, keys: { kind: 'file', path: resolve(dirname(path), issuer.keys.path) } }
      : issuer,
  );
}
