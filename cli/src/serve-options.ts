import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from './errors.ts';
import { readInput } from './input.ts';
import { isLoopback, parseIpPlace } from './ip-place.ts';
import type { GivenRootKey } from './root-key-options.ts';
import { type HandedSocket, takeSystemdSockets } from './systemd-sockets.ts';

const policyBytesMax = 1024 * 1024;

/** Options of `ferrohsm serve` as commander hands them over. */
export interface ServeOptions extends GivenRootKey {
  readonly state?: string;
  readonly backupFolder?: string;
  readonly socket?: readonly SocketSettings[];
  readonly systemdSockets?: boolean;
  readonly websocket?: string;
  readonly rest?: string;
  readonly restSocket?: readonly SocketSettings[];
  readonly pkcs11Link?: string;
  readonly pkcs11Socket?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
  readonly tlsCrl?: string;
  readonly sessionKeyAudit?: 'durable' | 'buffered';
  readonly allowDebugging?: boolean;
  /** Seconds, as the next two. */
  readonly sessionIdle?: number;
  readonly sessionMax?: number;
  readonly approvalLifetime?: number;
  readonly approvalCommand?: readonly string[];
  readonly approvalWebhook?: readonly string[];
  readonly witnessPolicy?: string;
  readonly requireWitnesses?: boolean;
  readonly metrics?: string;
  readonly metricsSocket?: SocketSettings;
  readonly log?: 'json' | 'text';
  readonly logLevel?: 'error' | 'warn' | 'info' | 'debug';
  readonly traces?: string;
  readonly tracesPercent?: number;
  /** Seconds. */
  readonly drain?: number;
}

/** A Unix socket as the configuration says it. */
export interface SocketSettings {
  /** `default` unless told. */
  readonly name?: string;
  readonly path: string;
  /** Octal digits. */
  readonly mode?: string;
  /** Name or number. */
  readonly owner?: string | number;
  readonly group?: string | number;
}

/** A Unix socket to listen on. */
export interface ListeningPlace {
  readonly name: string;
  readonly path: string;
  readonly mode?: number;
  readonly owner?: number;
  readonly group?: number;
}

/**
 * One `--socket`: `[NAME=]PATH[,mode=0660][,owner=NAME][,group=NAME]`.
 *
 * @throws CliError 2
 */
export function parseSocket(text: string): SocketSettings {
  const [place = '', ...settings] = text.split(',');
  const named = /^([a-z0-9][a-z0-9._-]*)=(.*)$/.exec(place);
  const socket = named ? { name: named[1] as string, path: named[2] as string } : { path: place };
  if (socket.path === '') throw usageError('a socket needs a path', 'write --socket PATH or --socket NAME=PATH');
  return Object.assign({ ...socket, path: resolve(socket.path) }, ...settings.map(parseSetting));
}

function parseSetting(setting: string): { readonly [name: string]: string } {
  const [, name = '', value = ''] = /^(mode|owner|group)=(.+)$/.exec(setting) ?? [];
  const fits = name === 'mode' ? /^0?[0-7]{3}$/.test(value) : value !== '';
  if (fits) return { [name]: value };
  throw usageError(`not a setting of a socket: ${setting}`, 'write mode=0660, owner=NAME or group=NAME');
}

export function listeningPlace({ name = 'default', path, mode, owner, group }: SocketSettings): ListeningPlace {
  return {
    name,
    path: resolve(path),
    ...(mode !== undefined && { mode: Number.parseInt(mode, 8) }),
    ...(owner !== undefined && { owner: numberOf(owner, '/etc/passwd') }),
    ...(group !== undefined && { group: numberOf(group, '/etc/group') }),
  };
}

/** Number of a user or group; both files hold it in the third field. */
function numberOf(name: string | number, file: '/etc/passwd' | '/etc/group'): number {
  if (/^\d+$/.test(String(name))) return Number(name);
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const id = line?.split(':')[2];
  if (id !== undefined) return Number(id);
  throw usageError(`not in ${file}: ${name}`, 'give the number instead of the name');
}

/**
 * The sockets that are named and those that systemd hands over.
 *
 * @throws CliError 2, 78
 */
export function listeningPlaces({
  socket = [],
  systemdSockets = false,
}: ServeOptions): (ListeningPlace | HandedSocket)[] {
  const handed = systemdSockets ? takeSystemdSockets(process.env, process.pid) : [];
  return [...socket.map(listeningPlace), ...handed];
}

/** The sockets of REST. */
export function restSockets({ restSocket = [] }: ServeOptions): ListeningPlace[] {
  return restSocket.map(listeningPlace);
}

/**
 * The way in for the process that holds the PKCS#11 sockets.
 *
 * @throws CliError 2 for a link without sockets, sockets without a link, or what is not the name of one
 */
export function pkcs11Link({ pkcs11Link: link, pkcs11Socket: sockets = [] }: ServeOptions) {
  if (link === undefined && sockets.length === 0) return {};
  if (link === undefined || sockets.length === 0) {
    throw usageError(
      'link and sockets of PKCS#11 go together',
      'write --pkcs11-link PATH --pkcs11-socket NAME, in the file pkcs11.link and pkcs11.sockets',
    );
  }
  const misnamed = sockets.find((name) => !/^(?!default$)[a-z0-9][a-z0-9._-]*$/.test(name));
  if (misnamed !== undefined) {
    throw usageError(
      `not the name of a PKCS#11 socket: ${misnamed}`,
      'write a name other than default, of small letters, digits, dots, underscores and hyphens',
    );
  }
  return { pkcs11: { link: resolve(link), sockets } };
}

/**
 * `--websocket HOST:PORT` and `--rest HOST:PORT` with the origins and hosts that are let in, and the TLS files.
 *
 * @throws CliError 2 for anything but a loopback address, or with TLS for anything but an IP address
 */
export function networkListeners(options: ServeOptions) {
  const { websocket, rest, allowOrigin = [], allowHost = [] } = options;
  const tls = tlsFiles(options);
  const admission = { allowedOrigins: allowOrigin, allowedHosts: allowHost, ...(tls && { tls }) };
  if (websocket === undefined && rest === undefined && (allowOrigin.length + allowHost.length > 0 || tls)) {
    throw usageError(
      'origins, hosts and TLS files go with WebSocket or REST',
      'add --websocket 127.0.0.1:7420 or --rest 127.0.0.1:7421, in the file websocket.listen or rest.listen',
    );
  }
  return {
    ...(websocket !== undefined && { webSocket: { ...networkPlace(websocket, tls !== undefined), ...admission } }),
    ...(rest !== undefined && { rest: { ...networkPlace(rest, tls !== undefined), ...admission } }),
  };
}

function networkPlace(text: string, isSecret: boolean) {
  const place = parseIpPlace(text);
  if (isSecret || isLoopback(place)) return place;
  throw usageError(`not a loopback address: ${text}`, 'write 127.0.0.1 or [::1], or add the --tls-* files');
}

function tlsFiles({ tlsCertificate, tlsKey, tlsClientCa, tlsCrl }: ServeOptions) {
  if ([tlsCertificate, tlsKey, tlsClientCa, tlsCrl].every((file) => file === undefined)) return undefined;
  if (tlsCertificate === undefined || tlsKey === undefined || tlsClientCa === undefined) {
    throw usageError(
      'certificate, key and client authority of TLS go together',
      'client certificates are always demanded: name the authority that signs them',
    );
  }
  return {
    certificate: resolve(tlsCertificate),
    privateKey: resolve(tlsKey),
    clientCa: resolve(tlsClientCa),
    ...(tlsCrl !== undefined && { crl: resolve(tlsCrl) }),
  };
}

/**
 * Where health and metrics are told.
 *
 * @throws CliError 2 for anything but a loopback address
 */
export function probeListeners({ metrics, metricsSocket }: ServeOptions) {
  const places: ({ host: string; port: number } | ListeningPlace)[] = [];
  if (metrics !== undefined) {
    const place = parseIpPlace(metrics);
    if (!isLoopback(place)) {
      throw usageError(`not a loopback address: ${metrics}`, 'write 127.0.0.1 or [::1]: whoever can connect may read');
    }
    places.push(place);
  }
  if (metricsSocket !== undefined) places.push({ ...listeningPlace(metricsSocket), name: 'metrics' });
  return places;
}

/** How the operator is told what happens; `--quiet` means warnings. */
export function operatorLogOptions({ log = 'text', logLevel }: ServeOptions, isQuiet: boolean) {
  return { format: log, level: logLevel ?? (isQuiet ? ('warn' as const) : ('info' as const)) };
}

/** Where the spans of requests are sent. */
export function traceOptions({ traces: url, tracesPercent: percent = 100 }: ServeOptions) {
  return url === undefined ? {} : { traces: { url, percent } };
}

/** How long sessions and held operations last. */
export function limitOptions({ sessionIdle = 0, sessionMax = 0, approvalLifetime = 3600 }: ServeOptions) {
  return {
    sessionIdleMs: sessionIdle * 1000,
    sessionMaxMs: sessionMax * 1000,
    approvalLifetimeMs: approvalLifetime * 1000,
  };
}

/** Who is told of held operations. */
export function approvalHooks({ approvalCommand = [], approvalWebhook = [] }: ServeOptions) {
  return [
    ...approvalCommand.map((program) => ({ command: [resolve(program)] })),
    ...approvalWebhook.map((url) => ({ url })),
  ];
}

/**
 * Who cosigns the log.
 *
 * @throws CliError 2 for required witnesses without a policy, 66 for a file that cannot be read
 */
export function witnessOptions({ witnessPolicy, requireWitnesses = false }: ServeOptions) {
  if (witnessPolicy !== undefined) {
    const policy = readInput(witnessPolicy, policyBytesMax).toString();
    return { witnesses: { policy, isRequired: requireWitnesses } };
  }
  if (requireWitnesses)
    throw usageError(
      'required witnesses need a policy that names them',
      'add --witness-policy FILE, in the file witnesses.policy',
    );
  return {};
}
