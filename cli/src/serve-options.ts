import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from './errors.ts';

/** Options of `ferrohsm serve` as commander hands them over. */
export interface ServeOptions {
  readonly state?: string;
  readonly config?: string;
  readonly socket?: string | readonly string[];
  readonly websocket?: string;
  readonly allowOrigin?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly rootKey?: string;
  readonly passphraseFile?: string;
  readonly passphraseFd?: number;
  readonly sessionKeyAudit?: 'durable' | 'buffered';
}

/** A Unix socket to listen on. */
interface ListeningPlace {
  readonly name: string;
  readonly path: string;
  readonly mode?: number;
  readonly group?: number;
}

/**
 * One `--socket`: `[NAME=]PATH[,mode=0660][,group=NAME]`.
 *
 * @throws CliError 2
 */
export function parseSocket(text: string): ListeningPlace {
  const [place = '', ...settings] = text.split(',');
  const named = /^([a-z0-9][a-z0-9._-]*)=(.*)$/.exec(place);
  const socket = named ? { name: named[1] as string, path: named[2] as string } : { name: 'default', path: place };
  if (socket.path === '') throw usageError('a socket needs a path', 'write --socket PATH or --socket NAME=PATH');
  return Object.assign({ ...socket, path: resolve(socket.path) }, ...settings.map(parseSetting));
}

function parseSetting(setting: string): { mode: number } | { group: number } {
  const [, name, value = ''] = /^(mode|group)=(.+)$/.exec(setting) ?? [];
  if (name === 'mode' && /^0?[0-7]{3}$/.test(value)) return { mode: Number.parseInt(value, 8) };
  if (name === 'group') return { group: groupNumber(value) };
  throw usageError(`not a setting of a socket: ${setting}`, 'write mode=0660 or group=NAME');
}

function groupNumber(group: string): number {
  if (/^\d+$/.test(group)) return Number(group);
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${group}:`));
  const id = line?.split(':')[2];
  if (id !== undefined) return Number(id);
  throw usageError(`no such group in /etc/group: ${group}`, 'give the number of the group');
}

/**
 * `--websocket HOST:PORT` with the origins and hosts that are let in.
 *
 * @throws CliError 2 for anything but a loopback address
 */
export function parseWebSocket(options: ServeOptions) {
  const { websocket, allowOrigin = [], allowHost = [] } = options;
  if (websocket === undefined) {
    if (allowOrigin.length + allowHost.length === 0) return undefined;
    throw usageError('--allow-origin and --allow-host go with --websocket', 'add --websocket 127.0.0.1:7420');
  }
  const [, host = '', port = ''] = /^(127\.0\.0\.1|\[::1\]):(\d{1,5})$/.exec(websocket) ?? [];
  if (host === '' || Number(port) > 65_535) {
    throw usageError(`not a loopback address with port: ${websocket}`, 'write 127.0.0.1:PORT or [::1]:PORT');
  }
  return {
    host: host === '[::1]' ? ('::1' as const) : ('127.0.0.1' as const),
    port: Number(port),
    allowedOrigins: allowOrigin,
    allowedHosts: allowHost,
  };
}

/** Where the root key comes from; by default a key file in the config folder. */
export function rootKeyOptions(options: ServeOptions, defaultKeyFile: string) {
  const { rootKey, passphraseFile, passphraseFd } = options;
  if (passphraseFile !== undefined) return { kind: 'passphrase' as const, source: { path: resolve(passphraseFile) } };
  if (passphraseFd !== undefined) return { kind: 'passphrase' as const, source: { descriptor: passphraseFd } };
  return { kind: 'key-file' as const, path: resolve(rootKey ?? defaultKeyFile) };
}
