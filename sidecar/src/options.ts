import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CommandHook } from './approval/notify-command.ts';
import type { WebhookHook } from './approval/notify-webhook.ts';
import type { OperatorLog } from './operator-log/operator-log.ts';
import type { TraceOptions } from './telemetry/telemetry.ts';
import type { InheritedSocketOptions } from './transport/inherited-socket.ts';
import type { LinkOptions } from './transport/link.ts';
import type { ProbeListenOptions } from './transport/probe-listener.ts';
import type { SocketFileOptions } from './transport/socket-file.ts';
import type { NetworkListenOptions } from './transport/tcp-server.ts';
import type { TlsFiles } from './transport/tls-files.ts';
import type { WebSocketListenOptions } from './transport/websocket.ts';

export type {
  InheritedSocketOptions,
  LinkOptions,
  NetworkListenOptions,
  ProbeListenOptions,
  SocketFileOptions,
  TlsFiles,
  TraceOptions,
  WebSocketListenOptions,
};

/** Name of the listener that many may reach: there the peer's uid is the credential, never the socket itself. */
export const defaultSocketName = 'default';

/** Where the root key comes from. */
export type RootKeyOptions =
  | { readonly kind: 'key-file'; readonly path: string }
  /** From an open descriptor that is read to its end, or from a private file. */
  | { readonly kind: 'passphrase'; readonly source: { readonly descriptor: number } | { readonly path: string } }
  /** From the output of a program, an absolute path. */
  | { readonly kind: 'command'; readonly program: string; readonly programArguments: readonly string[] }
  /** From a credential of the systemd unit. */
  | { readonly kind: 'credential'; readonly name: string }
  /** From shares that custodians give while the sidecar runs: it starts sealed. */
  | { readonly kind: 'shares' };

/** What an operator may change while the sidecar runs. */
export interface AdjustableLimits {
  /** Milliseconds without a call after which a session ends; default 0, never. */
  readonly sessionIdleMs?: number;
  /** Milliseconds after which a session ends, however busy; default 0, never. */
  readonly sessionMaxMs?: number;
  /** How long a held operation waits for people, in milliseconds; default 1 h, at most 24 h. */
  readonly approvalLifetimeMs?: number;
}

/** Which configuration file is in force. */
export interface ConfigurationMark {
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string;
  /** A key that the operator named had signed it. */
  readonly isSigned: boolean;
}

export interface SidecarOptions extends AdjustableLimits {
  /** Where these options come from: the record of the start says so. */
  readonly configuration?: ConfigurationMark;
  /** Keystore, log and lock; mode 0700. */
  readonly stateFolder: string;
  /** Where backups go, mode 0700; none are written unless told. */
  readonly backupFolder?: string;
  /** principals.json, policy.cedar and, by default, the root key; outside the state folder. */
  readonly configFolder: string;
  readonly sockets: readonly (SocketFileOptions | InheritedSocketOptions)[];
  /** WebSocket on a loopback address, or on any with TLS and client certificates. */
  readonly webSocket?: WebSocketListenOptions;
  /** REST on a loopback address, or on any with TLS and client certificates. */
  readonly rest?: NetworkListenOptions;
  /** Unix sockets for REST; their names are those of the others. */
  readonly restSockets?: readonly SocketFileOptions[];
  /** For the process that holds the PKCS#11 sockets; there is none unless told. */
  readonly pkcs11?: LinkOptions;
  readonly rootKey: RootKeyOptions;
  /** Session keys that one connection may hold, default 16,384. */
  readonly sessionKeys?: number;
  /**
   * `durable` (default): no answer leaves before its record is on stable storage. `buffered`: answers of pure uses of
   * session keys alone leave before that; a power cut may take their last records. Named keys and everything else wait.
   */
  readonly sessionKeyAudit?: 'durable' | 'buffered';
  /** The operator lets this process be debugged: the record of the start says so. */
  readonly allowDebugging?: boolean;
  /** Who cosigns the checkpoints of the log. */
  readonly witnesses?: WitnessOptions;
  /** Programs and webhooks that are told of each step of an approval. */
  readonly approvalHooks?: readonly (CommandHook | WebhookHook)[];
  /** Health and metrics over HTTP: /healthz, /readyz, /metrics. */
  readonly probes?: readonly ProbeListenOptions[];
  /** Where the spans of requests are sent; nowhere unless told. */
  readonly traces?: TraceOptions;
  /** Told what happens, a line each. */
  readonly operatorLog?: OperatorLog;
  /** Hears what the operator must read at the start. */
  readonly onNotice?: (notice: string) => void;
  /** Milliseconds since 1970 as the machine says; default `Date.now`. */
  readonly timeOfDay?: () => number;
  /** Hears of errors inside that no client is told. */
  readonly onError?: (error: unknown, where: string) => void;
  /** Called when log or keystore can no longer be written: nothing is answered any more, so stop the process. */
  readonly onStorageFailure?: (error: Error) => void;
}

/** Witnesses of the log (C2SP tlog-witness). */
export interface WitnessOptions {
  /** C2SP tlog-policy: witnesses with their URLs, and the quorum. */
  readonly policy: string;
  /** Operations that release keys, need approvals or belong to an emergency wait while the quorum is missing. */
  readonly isRequired?: boolean;
  /** How long the quorum may be missing before it counts as missing, in milliseconds; default 60 s. */
  readonly graceMs?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The default places: those of the system for root, the user's own (XDG base directories) otherwise. */
export function defaultPlaces(
  environment: Environment,
  uid: number,
): { state: string; config: string; socket: string } {
  if (uid === 0) {
    return { state: '/var/lib/ferrohsm', config: '/etc/ferrohsm', socket: '/run/ferrohsm/ferrohsm.sock' };
  }
  const state = environment.XDG_STATE_HOME ?? join(homedir(), '.local/state');
  const config = environment.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  const runtime = environment.XDG_RUNTIME_DIR ?? state;
  return {
    state: join(state, 'ferrohsm'),
    config: join(config, 'ferrohsm'),
    socket: join(runtime, 'ferrohsm', 'ferrohsm.sock'),
  };
}
