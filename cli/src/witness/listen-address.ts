import { usageError } from '../errors.ts';
import { readInput } from '../input.ts';
import { type IpPlace, isLoopback, parseIpPlace } from '../ip-place.ts';

export interface ListenOptions {
  readonly listen: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
}

/** Where a witness listens, and how it proves who it is. */
export interface ListenAddress extends IpPlace {
  /** Without it the host is a loopback address. */
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
  const place = parseIpPlace(options.listen);
  const tls = readTlsFiles(options);
  if (tls !== undefined || isLoopback(place)) return { ...place, tls };
  throw usageError(
    `not a loopback address: ${options.listen}`,
    'write 127.0.0.1 or [::1], or add --tls-certificate and --tls-key',
  );
}

function readTlsFiles({ tlsCertificate, tlsKey }: ListenOptions): TlsFiles | undefined {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  if (tlsCertificate === undefined || tlsKey === undefined) {
    throw usageError('--tls-certificate and --tls-key go together', 'name both files');
  }
  return { certificate: readInput(tlsCertificate), privateKey: readInput(tlsKey) };
}
