import { environment } from './clients/environment.ts';
import { gnutls } from './clients/gnutls.ts';
import { java } from './clients/java.ts';
import { nss } from './clients/nss.ts';
import { opensslEngine, opensslProvider } from './clients/openssl.ts';
import { p11Kit } from './clients/p11-kit.ts';
import { python } from './clients/python.ts';
import { ssh } from './clients/ssh.ts';
import type { Client } from './recipe.ts';

/** By the name that `--for` takes. */
export const clients = Object.freeze({
  'p11-kit': p11Kit,
  openssl: opensslEngine,
  'openssl-provider': opensslProvider,
  java,
  ssh,
  nss,
  gnutls,
  python,
  environment,
}) satisfies Readonly<Record<string, Client>>;

export type ClientName = keyof typeof clients;

export const clientNames = Object.keys(clients) as readonly ClientName[];
