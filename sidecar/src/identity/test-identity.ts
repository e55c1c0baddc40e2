import { onTestFinished } from 'vitest';
import type { Documents } from '../documents.ts';
import type { Group, PrincipalRecord } from '../generated/types.ts';
import { testStore } from '../keystore/test-store.ts';
import { type AuthenticatorOptions, createAuthenticator } from './authenticator.ts';
import { createDirectory, type Directory } from './directory.ts';
import type { Issuer } from './issuers.ts';
import { createJwtVerifier } from './jwt.ts';
import { loadRegisteredTokens } from './registered-tokens.ts';

/** Documents of a store on real files. */
export async function testDocuments(): Promise<Documents> {
  const keystore = await testStore().open();
  onTestFinished(() => keystore.close());
  return keystore.documents;
}

export interface TestIdentityOptions extends Partial<Pick<AuthenticatorOptions, 'trustedSockets' | 'governance'>> {
  readonly principals: readonly PrincipalRecord[];
  readonly groups?: readonly Group[];
  readonly issuers?: readonly Issuer[];
  readonly documents?: Documents;
  readonly now?: () => number;
}

/** The parts of identity on a real store, wired as the sidecar does it. */
export async function testIdentity({
  principals,
  groups = [],
  issuers = [],
  trustedSockets = [],
  governance = 'file',
  now = () => 0,
  ...options
}: TestIdentityOptions) {
  const documents = options.documents ?? (await testDocuments());
  let directory = createDirectory({ principals, groups });
  const recordings: string[] = [];
  const tokens = await loadRegisteredTokens({
    documents,
    now,
    record: (id) => directory.record(id),
    isConfigured: (sha256) => directory.credentials.ofToken(sha256) !== undefined,
    recorded: (operation, { principal }, work) => {
      recordings.push(`${operation} ${principal}`);
      return work();
    },
  });
  const errors: unknown[] = [];
  const uid = process.getuid?.() ?? 0;
  const jwt = createJwtVerifier({ issuers, uid, now, onError: (error) => errors.push(error) });
  const authenticator = createAuthenticator({
    directory: () => directory,
    tokens,
    jwt,
    trustedSockets,
    governance,
    now,
  });
  return {
    documents,
    tokens,
    authenticator,
    recordings,
    errors,
    switchTo: (next: Directory) => {
      directory = next;
    },
    directory: () => directory,
  };
}
