import type { LogPolicy, PolicyWitness } from './log-policy.ts';
import { misfit } from './policy-line.ts';
import { quorumWitnesses } from './quorum.ts';

/** Where checkpoints are submitted, and the witnesses that cosign there: one server may sign with several keys. */
export interface SubmissionPrefix {
  /** Without a slash at its end. */
  readonly url: string;
  readonly witnesses: readonly PolicyWitness[];
}

/**
 * The submission prefixes (C2SP tlog-witness) of all witnesses in the quorum.
 *
 * @throws SidecarError `config_invalid` for a witness without a URL, or with one that leaves this host without TLS
 */
export function submissionPrefixes(policy: LogPolicy): readonly SubmissionPrefix[] {
  const byUrl = Map.groupBy(quorumWitnesses(policy), requirePrefix);
  return [...byUrl].map(([url, witnesses]) => ({ url, witnesses }));
}

function requirePrefix({ name, url: text, lineNumber }: PolicyWitness): string {
  if (text === undefined) throw misfit(lineNumber, `the witness ${name} needs a URL to submit checkpoints to`);
  const url = URL.parse(text);
  if (url === null) throw misfit(lineNumber, 'not a URL');
  if (url.username !== '' || url.password !== '') throw misfit(lineNumber, 'no credentials in a URL');
  if (url.search !== '' || url.hash !== '') throw misfit(lineNumber, 'a URL with a query or a fragment is no prefix');
  const isLocal = /^(?:127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw misfit(lineNumber, 'http only to a loopback address, otherwise https');
  }
  return url.href.replace(/\/+$/, '');
}
