import { X509Certificate } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { SidecarError } from '../errors.ts';
import { readConfigFile } from '../files/config-file.ts';
import { readDescriptor } from '../files/private-file.ts';
import type { Secret } from '../secret.ts';
import { readCertificate } from './certificate.ts';
import { pemBlock, pemBlocks } from './pem.ts';
import { readRevocationList } from './revocation-list.ts';

/** PEM files of a TLS listener; each may be a symbolic link, as secret stores make them. */
export interface TlsFiles {
  /** Certificate of the listener, then those between it and its authority. */
  readonly certificate: string;
  /** PKCS#8 without a passphrase; nothing for others (0600, or 0640 for a group). */
  readonly privateKey: string;
  /** Authorities whose certificates are let in. */
  readonly clientCa: string;
  /** Revocation lists, one of each authority in a client's chain. Without the file nothing is checked. */
  readonly crl?: string;
}

/** What the files say. The holder of the private key disposes of it. */
export interface TlsMaterial {
  readonly certificate: string;
  readonly privateKey: Secret;
  readonly clientCa: readonly string[];
  readonly crl: readonly string[] | undefined;
  /** SHA-256 of the authorities' certificates, as OpenSSL writes it. */
  readonly authorities: ReadonlySet<string>;
  /** Keys of the revoked certificates. */
  readonly revoked: ReadonlySet<string>;
}

const privateKeyBytes = 64 << 10;
/** What others may do, and whether the group may write. */
const forbiddenMode = 0o027;

/**
 * Reads and checks all files.
 *
 * @throws SidecarError `config_invalid` naming the file by its purpose
 */
export function readTlsFiles(files: TlsFiles): TlsMaterial {
  const authorities = certificatesIn(files.clientCa, 'client CA');
  const lists = files.crl === undefined ? undefined : listsIn(files.crl);
  const certificate = certificatesIn(files.certificate, 'certificate');
  return {
    certificate: certificate.map(({ raw }) => pemBlock(raw, 'CERTIFICATE')).join(''),
    clientCa: authorities.map(({ raw }) => pemBlock(raw, 'CERTIFICATE')),
    // Node reads only the first list of a text.
    crl: lists?.map((list) => pemBlock(list, 'X509 CRL')),
    authorities: new Set(authorities.map(({ fingerprint256 }) => fingerprint256)),
    revoked: new Set(lists?.flatMap(readRevocationList)),
    privateKey: readPrivateKey(files.privateKey),
  };
}

function certificatesIn(path: string, what: string): X509Certificate[] {
  return readBlocks(path, 'CERTIFICATE', what, (der) => {
    readCertificate(der);
    return new X509Certificate(der);
  });
}

function listsIn(path: string): Buffer[] {
  return readBlocks(path, 'X509 CRL', 'revocation list', (der) => {
    readRevocationList(der);
    return der;
  });
}

/** An empty list of authorities would let in nobody, or, left out, whoever a public authority knows. */
function readBlocks<T>(path: string, label: string, what: string, read: (der: Buffer) => T): T[] {
  const text = readConfigFile(path, process.geteuid?.() ?? 0);
  if (text === undefined) throw new SidecarError('config_invalid', `tls: there is no ${what} file`);
  const blocks = pemBlocks(text, label);
  if (blocks.length === 0) throw new SidecarError('config_invalid', `tls: no ${label} block in the ${what} file`);
  try {
    return blocks.map(read);
  } catch (cause) {
    throw new SidecarError('config_invalid', `tls: the ${what} file is broken`, { cause });
  }
}

function readPrivateKey(path: string): Secret {
  const descriptor = openPrivateKey(path);
  try {
    refuseShared(fstatSync(descriptor));
    return readDescriptor(descriptor, 'tls private key', privateKeyBytes);
  } finally {
    closeSync(descriptor);
  }
}

function openPrivateKey(path: string): number {
  try {
    // Without O_NONBLOCK a FIFO in its place would hang the start.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new SidecarError('config_invalid', 'tls: the private key cannot be read', { cause });
  }
}

function refuseShared(status: Stats): void {
  const own = status.uid === process.geteuid?.() || status.uid === 0;
  if (!status.isFile()) throw new SidecarError('config_invalid', 'tls: the private key is not a plain file');
  if (!own || (status.mode & forbiddenMode) !== 0) {
    throw new SidecarError('config_invalid', 'tls: the private key may be read by others, needs mode 0600');
  }
}
