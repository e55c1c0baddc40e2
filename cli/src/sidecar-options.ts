import { join, resolve } from 'node:path';
import type { ConfigurationMark, OperatorLog, SidecarOptions } from '@ferrohsm/sidecar';
import type { ServeConfig } from './config/serve-config.ts';
import { describeFailure, printFailure } from './failure.ts';
import { rootKeyOptions } from './root-key-options.ts';
import {
  approvalHooks,
  limitOptions,
  listeningPlaces,
  networkListeners,
  pkcs11Link,
  probeListeners,
  restSockets,
  type ServeOptions,
  traceOptions,
  witnessOptions,
} from './serve-options.ts';

/**
 * What the sidecar is started with.
 *
 * @throws CliError 2, 66, 78 for settings that do not go together
 */
export function sidecarOptions(config: ServeConfig, log: OperatorLog): SidecarOptions {
  const { configFolder, options } = config;
  const configuration = configurationMark(config);
  return {
    stateFolder: resolve(options.state),
    configFolder,
    sockets: listeningPlaces(options),
    ...networkListeners(options),
    restSockets: restSockets(options),
    ...pkcs11Link(options),
    ...(options.backupFolder !== undefined && { backupFolder: resolve(options.backupFolder) }),
    rootKey: rootKeyOptions(options, join(configFolder, 'root.key')),
    ...(options.allowDebugging && { allowDebugging: options.allowDebugging }),
    ...(options.sessionKeyAudit && { sessionKeyAudit: options.sessionKeyAudit }),
    ...limitOptions(options),
    approvalHooks: approvalHooks(options),
    ...witnessOptions(options),
    ...(configuration && { configuration }),
    probes: probeListeners(options),
    ...traceOptions(options),
    operatorLog: log,
    onNotice: (notice) => log.write('warn', 'notice', { message: notice }),
    onError: (error, where) => log.write('error', where, { message: textOf(error) }),
    onStorageFailure: (error) => stopForStorage(error, options, log),
  };
}

/**
 * Refuses settings that do not go together, without touching what they name.
 *
 * @throws CliError 2, 66
 */
export function requireTogether({ configFolder, options }: ServeConfig): void {
  networkListeners(options);
  restSockets(options);
  pkcs11Link(options);
  probeListeners(options);
  listeningPlaces({ ...options, systemdSockets: false });
  rootKeyOptions(options, join(configFolder, 'root.key'));
  witnessOptions(options);
}

/** Which file is in force, for the log. */
export function configurationMark({ file }: ServeConfig): ConfigurationMark | undefined {
  return file && { sha256: file.sha256, isSigned: file.isSigned };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Nothing may be answered that is not in log and keystore; the next start looks for what is wrong. */
function stopForStorage(error: Error, { log: format }: ServeOptions, log: OperatorLog): void {
  const failure = describeFailure(error);
  if (failure !== undefined && format === 'json') {
    log.write('error', 'storage', { message: failure.message, hint: failure.hint });
  } else if (failure !== undefined) {
    printFailure(failure);
  }
  process.exit(failure?.exitStatus ?? 74);
}
