import { constants } from 'node:crypto';
import type { ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { SidecarError } from '../errors.ts';
import type { Trust } from './client-certificate.ts';
import { watchFiles } from './file-changes.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

/** An HTTPS server that demands a client certificate and follows its files. */
export interface TlsServer {
  readonly server: Server;
  /** As the files in use say. */
  readonly trust: Trust;
  /** Stops following the files. */
  unwatch(): void;
}

export interface TlsServerOptions {
  readonly files: TlsFiles;
  readonly http: ServerOptions;
  readonly handshakeTimeoutMs: number;
  /** How often the files are looked at. */
  readonly reloadIntervalMs: number;
  /** Changed files are in use. */
  readonly onReload: (trust: Trust) => void;
  /** Changed files cannot be used; the old ones stay in use. */
  readonly onError: (error: unknown) => void;
}

/** Hybrid key agreement first, so that recorded traffic stays closed to a quantum computer. */
const hybridGroups = 'X25519MLKEM768:X25519:P-256:P-384';
const classicGroups = 'X25519:P-256:P-384';

/**
 * TLS 1.3 only, with a verified client certificate. No session is resumed: that would skip the look at the
 * certificate, its expiry and its revocation.
 *
 * @throws SidecarError `config_invalid`
 */
export function createTlsServer(options: TlsServerOptions): TlsServer {
  const { files, http, handshakeTimeoutMs, reloadIntervalMs, onReload, onError } = options;
  const server = createServer({
    ...http,
    handshakeTimeout: handshakeTimeoutMs,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const paths = Object.values(files).filter((path) => path !== undefined);
  // Before the files are read, so that no change falls in between.
  const unwatch = watchFiles(paths, reloadIntervalMs, reload);
  let trust: Trust;
  try {
    trust = useFiles(server, files);
  } catch (error) {
    unwatch();
    throw error;
  }

  function reload(): void {
    try {
      trust = useFiles(server, files);
    } catch (error) {
      onError(error);
      return;
    }
    onReload(trust);
  }
  return {
    server,
    get trust() {
      return trust;
    },
    unwatch,
  };
}

/** Every call names the whole policy: what is left out goes back to the defaults, TLS 1.2 among them. */
function useFiles(server: Server, files: TlsFiles): Trust {
  const { certificate, privateKey, clientCa, crl, authorities, revoked } = readTlsFiles(files);
  try {
    server.setSecureContext({
      cert: certificate,
      key: privateKey.bytes,
      ca: [...clientCa],
      ...(crl && { crl: [...crl] }),
      minVersion: 'TLSv1.3',
      ecdhCurve: offeredGroups(),
      // In TLS 1.3 it leaves tickets that only a session store could redeem, and there is none.
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SidecarError('config_invalid', `tls: certificate and private key cannot be used (${reason})`, { cause });
  } finally {
    privateKey.dispose();
  }
  return { authorities, revoked };
}

/** An OpenSSL before 3.5, which Node can be built with, does not know the hybrid group. */
function offeredGroups(): string {
  try {
    createSecureContext({ ecdhCurve: hybridGroups });
    return hybridGroups;
  } catch {
    return classicGroups;
  }
}
