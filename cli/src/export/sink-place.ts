import { isIP } from 'node:net';
import { usageError } from '../errors.ts';
import { readInput } from '../input.ts';
import type { Sink } from './delivery.ts';
import type { FormatName } from './export-format.ts';
import { FileSink } from './file-sink.ts';
import { OtlpSink } from './otlp-sink.ts';
import { SyslogSink } from './syslog-sink.ts';

/** What `--to` and the options beside it say. */
export interface SinkOptions {
  readonly to: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly certKey?: string;
  readonly bearerFile?: string;
  /** Seconds. */
  readonly sinkTimeout: number;
}

/** A sink and what it takes. */
export interface ChosenSink {
  readonly sink: Sink;
  /** The first is taken unless another is asked for. */
  readonly formats: readonly FormatName[];
}

const pemLimitBytes = 1024 * 1024;
const tokenLimitBytes = 8192;
const syslogPort = 6514;
const places = 'write file:PATH, syslog+tls://HOST:PORT or https://HOST/v1/logs';

/** @throws CliError 2 for a place that is none, 66 for files that cannot be read */
export function chooseSink(options: SinkOptions): ChosenSink {
  const { to, sinkTimeout } = options;
  const timeoutMs = sinkTimeout * 1000;
  if (to.startsWith('file:')) return fileSink(to.slice('file:'.length));
  const url = URL.parse(to);
  if (url?.protocol === 'syslog+tls:' && url.hostname !== '') {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const port = url.port === '' ? syslogPort : Number(url.port);
    return { sink: new SyslogSink({ host, port, tls: tlsFiles(options), timeoutMs }), formats: ['rfc5424'] };
  }
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) {
    const bearerToken = bearer(options);
    return { sink: new OtlpSink({ url, tls: tlsFiles(options), bearerToken, timeoutMs }), formats: ['otlp'] };
  }
  throw usageError(`no place for records: ${to}`, url?.protocol === 'http:' ? 'http:// only on this host' : places);
}

function fileSink(path: string): ChosenSink {
  if (path === '') throw usageError('no name after file:', places);
  return { sink: new FileSink(path), formats: ['jsonl', 'ocsf', 'otlp', 'rfc5424'] };
}

/** What crosses the network says who did what: without TLS only within this host. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
}

function tlsFiles({ ca, cert, certKey }: SinkOptions): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  if ((cert === undefined) !== (certKey === undefined)) {
    throw usageError('a client certificate needs its key', 'give both --cert and --cert-key');
  }
  return {
    ...(ca !== undefined && { ca: readInput(ca, pemLimitBytes) }),
    ...(cert !== undefined && { cert: readInput(cert, pemLimitBytes) }),
    ...(certKey !== undefined && { key: readInput(certKey, pemLimitBytes) }),
  };
}

function bearer({ bearerFile }: SinkOptions): (() => string) | undefined {
  if (bearerFile === undefined) return undefined;
  return () => readInput(bearerFile, tokenLimitBytes).toString('latin1').trim();
}
