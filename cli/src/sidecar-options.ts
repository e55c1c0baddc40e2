import { join, resolve } from 'node:path';
import type { ConfigurationMark, SidecarOptions } from '@ferrohsm/sidecar';
import type { ServeConfig } from './config/serve-config.ts';
import { describeFailure, printFailure } from './failure.ts';
import type { Output } from './output.ts';
import { rootKeyOptions } from './root-key-options.ts';
import { approvalHooks, limitOptions, listeningPlaces, parseWebSocket, witnessOptions } from './serve-options.ts';

/**
 * What the sidecar is started with.
 *
 * @throws CliError 2, 66, 78 for settings that do not go together
 */
export function sidecarOptions(config: ServeConfig, output: Pick<Output, 'warn'>): SidecarOptions {
  const { configFolder, options } = config;
  const webSocket = parseWebSocket(options);
  const configuration = configurationMark(config);
  return {
    stateFolder: resolve(options.state),
    configFolder,
    sockets: listeningPlaces(options),
    ...(webSocket && { webSocket }),
    ...(options.backupFolder !== undefined && { backupFolder: resolve(options.backupFolder) }),
    rootKey: rootKeyOptions(options, join(configFolder, 'root.key')),
    ...(options.allowDebugging && { allowDebugging: options.allowDebugging }),
    ...(options.sessionKeyAudit && { sessionKeyAudit: options.sessionKeyAudit }),
    ...limitOptions(options),
    approvalHooks: approvalHooks(options),
    ...witnessOptions(options),
    ...(configuration && { configuration }),
    onNotice: output.warn,
    onError: reportInside,
    onStorageFailure: stopForStorage,
  };
}

/**
 * Refuses settings that do not go together, without touching what they name.
 *
 * @throws CliError 2, 66
 */
export function requireTogether({ configFolder, options }: ServeConfig): void {
  parseWebSocket(options);
  listeningPlaces({ ...options, systemdSockets: false });
  rootKeyOptions(options, join(configFolder, 'root.key'));
  witnessOptions(options);
}

/** Which file is in force, for the log. */
export function configurationMark({ file }: ServeConfig): ConfigurationMark | undefined {
  return file && { sha256: file.sha256, isSigned: file.isSigned };
}

/** An error inside, for the operator; clients are told only its code. */
function reportInside(error: unknown, where: string): void {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`ferrohsm: error: ${where}: ${text}\n`);
}

/** Nothing may be answered that is not in log and keystore; the next start looks for what is wrong. */
function stopForStorage(error: Error): void {
  const failure = describeFailure(error);
  if (failure !== undefined) printFailure(failure);
  process.exit(failure?.exitStatus ?? 74);
}
