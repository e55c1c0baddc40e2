import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of a certificate and its private key. */
export interface TestCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface TestCertificateOptions {
  /** As `openssl req -subj` takes it. */
  readonly subject?: string;
  /** Lines of an OpenSSL extension section. */
  readonly extensions?: readonly string[];
  /** Of this authority, with the right to sign: the certificate holds the chain. */
  readonly issuer?: TestCertificate;
  readonly isAuthority?: boolean;
  readonly startsAt?: number;
  readonly endsAt?: number;
}

const day = 86_400_000;

/** A certification authority made of openssl commands, with revocation. */
export class TestAuthority {
  readonly folder: string;
  readonly certificate: string;

  constructor(parent: string, name: string) {
    this.folder = join(parent, name);
    this.certificate = join(this.folder, 'ca.pem');
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, 'index.txt'), '');
    writeFileSync(join(this.folder, 'openssl.cnf'), configuration);
    this.#openssl(['req', '-x509', ...newKey('ca.key'), '-out', 'ca.pem', '-subj', `/O=Test/CN=${name}`, '-days', '9']);
  }

  issue(name: string, options: TestCertificateOptions = {}): TestCertificate {
    const { subject = `/CN=${name}`, extensions = [], issuer, isAuthority = false } = options;
    const { startsAt = Date.now() - day, endsAt = Date.now() + day } = options;
    const privateKey = join(this.folder, `${name}.key`);
    const certificate = join(this.folder, `${name}.pem`);
    writeFileSync(
      join(this.folder, 'extensions'),
      [`basicConstraints=CA:${isAuthority ? 'TRUE' : 'FALSE'}`, ...extensions].join('\n'),
    );
    this.#openssl(['req', ...newKey(privateKey), '-utf8', '-out', 'request', '-subj', subject]);
    this.#openssl([
      ...['ca', '-config', 'openssl.cnf', '-batch', '-notext', '-in', 'request', '-out', certificate],
      ...['-extfile', 'extensions', '-startdate', timeOf(startsAt), '-enddate', timeOf(endsAt)],
      ...(issuer ? ['-cert', issuer.certificate, '-keyfile', issuer.privateKey] : []),
    ]);
    if (issuer !== undefined) appendFileSync(certificate, readFileSync(issuer.certificate));
    return { certificate, privateKey };
  }

  revoke({ certificate }: TestCertificate): void {
    this.#openssl(['ca', '-config', 'openssl.cnf', '-revoke', certificate]);
  }

  /** Writes the list of what was revoked so far. */
  writeList(path: string): void {
    this.#openssl(['ca', '-config', 'openssl.cnf', '-gencrl', '-crldays', '3', '-out', path]);
  }

  #openssl(words: readonly string[]): void {
    execFileSync('openssl', words, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

function newKey(path: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', path];
}

/** 20261124120000Z. */
function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`;
}

const configuration = `
[ca]
default_ca = test
[test]
database = index.txt
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
rand_serial = yes
default_md = sha256
policy = any
email_in_dn = yes
preserve = yes
unique_subject = no
[any]
C = optional
O = optional
OU = optional
CN = optional
UID = optional
emailAddress = optional
[req]
distinguished_name = empty
[empty]
`;
