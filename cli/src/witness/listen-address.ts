import { isIP } from 'node:net';
import { usageError } from '../errors.ts';
import { readInput } from '../input.ts';

export interface ListenOptions {
  readonly listen: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
}

/** Where a witness listens, and how it proves who it is. */
export interface ListenAddress {
  /** IP address; without TLS 127.0.0.1 or ::1. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly tls: TlsFiles | undefined;
}

/** In PEM. */
export interface TlsFiles {
  /** With its chain. */
  readonly certificate: Buffer;
  /** The reader zeroes it. */
  readonly privateKey: Buffer;
}

/**
 * `--listen HOST:PORT` with the TLS files.
 *
 * @throws CliError 2 for anything but a loopback address, or with TLS for anything but an IP address; 66
 */
export function readListenAddress(options: ListenOptions): ListenAddress {
  const { host, port } = parseListen(options.listen);
  const isLoopback = host === '127.0.0.1' || host === '::1';
  const tls = readTlsFiles(options);
  if (tls !== undefined || isLoopback) return { host, port, tls };
  throw usageError(
    `not a loopback address: ${options.listen}`,
    'write 127.0.0.1 or [::1], or add --tls-certificate and --tls-key',
  );
}

function parseListen(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  if (isIP(host) === (bracketed === undefined ? 4 : 6) && Number(port) < 65_536) return { host, port: Number(port) };
  throw usageError(`not an IP address with port: ${text}`, 'write 127.0.0.1:PORT or [::1]:PORT');
}

function readTlsFiles({ tlsCertificate, tlsKey }: ListenOptions): TlsFiles | undefined {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  if (tlsCertificate === undefined || tlsKey === undefined) {
    throw usageError('--tls-certificate and --tls-key go together', 'name both files');
  }
  return { certificate: readInput(tlsCertificate), privateKey: readInput(tlsKey) };
}
