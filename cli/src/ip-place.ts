import { isIP } from 'node:net';
import { usageError } from './errors.ts';

/** Where a server listens. */
export interface IpPlace {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/**
 * `HOST:PORT` with an IP address, one of version 6 in brackets.
 *
 * @throws CliError 2
 */
export function parseIpPlace(text: string): IpPlace {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  if (isIP(host) === (bracketed === undefined ? 4 : 6) && Number(port) < 65_536) return { host, port: Number(port) };
  throw usageError(`not an IP address with port: ${text}`, 'write 127.0.0.1:PORT or [::1]:PORT');
}

export function isLoopback({ host }: IpPlace): boolean {
  return host === '127.0.0.1' || host === '::1';
}
