/** SPIFFE-ID section 2.4. */
const maxBytes = 2048;
/** SPIFFE-ID sections 2.1 and 2.2: no port, no query, nothing escaped; a workload has a path. */
const form = /^spiffe:\/\/[a-z0-9._-]{1,255}((?:\/[A-Za-z0-9._-]+)+)$/;

/** Whether the URI names a workload; another spelling of the same name is not accepted. */
export function isWorkloadSpiffeId(uri: string): boolean {
  const path = form.exec(uri)?.[1];
  if (path === undefined || uri.length > maxBytes) return false;
  return !path.split('/').some((segment) => segment === '.' || segment === '..');
}
