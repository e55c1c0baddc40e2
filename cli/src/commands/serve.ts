import { join, resolve } from 'node:path';
import type { OperatorLog, SidecarOptions } from '@ferrohsm/sidecar';
import { type Command, Option } from 'commander';
import { type CommandDescription, local } from '../command.ts';
import { describeFailure, printFailure } from '../failure.ts';
import { version } from '../generated/version.ts';
import { repeated, wholeNumber } from '../option-values.ts';
import type { Output } from '../output.ts';
import { guardProcess, refuseDebugger } from '../process-guard.ts';
import { addRootKeyOptions, rootKeyOptions } from '../root-key-options.ts';
import {
  governanceOptions,
  listeningPlaces,
  networkListeners,
  operatorLogOptions,
  probeListeners,
  restSockets,
  type ServeOptions,
  witnessOptions,
} from '../serve-options.ts';
import { optimizeWasmLater } from '../wasm-tiering.ts';

export const serve: CommandDescription = {
  usage: 'serve',
  summary: 'Run the sidecar until SIGINT or SIGTERM.',
  examples: `
# With everything in the default places
ferrohsm serve

# A socket for each identity
ferrohsm serve --socket app=/run/ferrohsm/app.sock,mode=0660,group=app --socket admin=/run/ferrohsm/admin.sock

# For a web page on this host
ferrohsm serve --websocket 127.0.0.1:7420 --allow-origin http://localhost:5173

# For clients on other hosts, each with a certificate
ferrohsm serve --websocket 10.0.0.5:7420 --allow-host hsm.example:7420 --tls-certificate server.pem --tls-key server.key --tls-client-ca clients.pem

# REST: for programs of this host, and for clients on others
ferrohsm serve --rest-socket /run/ferrohsm/rest.sock
ferrohsm serve --rest 10.0.0.5:7421 --allow-host hsm.example:7421 --tls-certificate server.pem --tls-key server.key --tls-client-ca clients.pem

# Checkpoints that two of three witnesses remember (see "ferrohsm witness --help")
ferrohsm serve --witness-policy witnesses.policy --require-witnesses

# The root key from a passphrase that a secret store hands over
ferrohsm serve --passphrase-fd 3 3< <(secret-tool lookup ferrohsm root)

# The root key from a program of yours, or from a credential of the systemd unit
ferrohsm serve --root-key-command /usr/local/bin/root-key --root-key-argument=--slot=1
ferrohsm serve --root-key-credential root.key

# Health for probes and metrics for Prometheus, and a log for a collector
ferrohsm serve --metrics 127.0.0.1:7430 --log json

# Sealed, until three custodians have come (see "ferrohsm init --help")
ferrohsm serve --root-key-shares`,
  offline: true,
  options: addServeOptions,
  action: local<ServeOptions>(async ({ options, output }) => {
    let tell: (notice: string) => void = output.warn;
    guardProcess({ ...options, onNotice: (notice) => tell(notice) });
    optimizeWasmLater();
    const { closeMemory, createOperatorLog, overwriteFreedMemory, startSidecar } = await import('@ferrohsm/sidecar');
    const log = createOperatorLog({ ...operatorLogOptions(options, output.quiet), out: operatorOutput() });
    tell = (notice) => log.write('warn', 'notice', { message: notice });
    refuseDebugger(options);
    for (const notice of options.allowDebugging ? [debuggingAllowed] : closeMemory()) tell(notice);
    if (!overwriteFreedMemory()) tell(freedMemoryStays);
    const stop = stopSignal();
    const sidecar = await startSidecar({
      ...sidecarOptions(options, await defaultPlaces()),
      operatorLog: log,
      onNotice: tell,
      onError: (error, where) => log.write('error', where, { message: textOf(error) }),
      onStorageFailure: (error) => stopForStorage(error, options, log),
    });
    const { addresses, probeAddresses, isSealed } = sidecar;
    await announce(output, addresses, probeAddresses);
    const places = [...addresses, ...probeAddresses].join(' ');
    log.write('info', 'start', { version, pid: process.pid, sealed: isSealed, addresses: places });
    if (isSealed) tell('sealed: it serves when custodians have given their shares with "ferrohsm unseal"');
    log.write('info', 'stop', { signal: await stop });
    await sidecar.close();
    log.write('info', 'stopped');
  }),
};

/** Whoever reads it may go away: the sidecar stays. */
function operatorOutput(): (line: string) => void {
  process.stderr.on('error', () => undefined);
  return (line) => process.stderr.write(line);
}

const debuggingAllowed = 'debugging is allowed: whoever may debug this process can read every key';
const freedMemoryStays = 'the C library does not overwrite freed memory, where copies of dropped keys may lie';

/** The log of a sidecar that runs with everything in the default places. */
export async function defaultLogFolder(): Promise<string> {
  return join((await defaultPlaces()).state, 'log');
}

async function defaultPlaces(): Promise<ReturnType<typeof import('@ferrohsm/sidecar').defaultPlaces>> {
  const sidecar = await import('@ferrohsm/sidecar');
  return sidecar.defaultPlaces(process.env, process.geteuid?.() ?? 0);
}

function addServeOptions(command: Command): void {
  addRootKeyOptions(command);
  command
    .option('--state <folder>', 'keystore, log and lock')
    .option('--config <folder>', 'principals.json, policy.cedar, root key')
    .option('--backup-folder <folder>', 'where "backup create" writes; on another disk than the state')
    .option('--socket <place>', '[NAME=]PATH[,mode=0660][,owner=NAME][,group=NAME], more than once', repeated)
    .option('--systemd-sockets', 'listen on the sockets of a systemd socket unit, under their FileDescriptorName')
    .option('--websocket <host:port>', 'listen on a loopback address, with TLS on any; port 0 lets the system choose')
    .option('--rest <host:port>', 'REST on a loopback address, with TLS on any; port 0 lets the system choose')
    .option('--rest-socket <place>', 'REST on a Unix socket, written as --socket, more than once', repeated)
    .option('--allow-origin <origin>', 'Origin header that is let in, more than once', repeated)
    .option('--allow-host <host>', 'Host header that is let in, more than once', repeated)
    .option('--tls-certificate <file>', 'PEM: certificate of WebSocket and REST and its chain; TLS 1.3 only')
    .option('--tls-key <file>', 'PEM: private key of the certificate')
    .option('--tls-client-ca <file>', 'PEM: authorities of the client certificates, which are demanded')
    .option('--tls-crl <file>', 'PEM: revocation lists of these authorities')
    .addOption(
      new Option(
        '--session-key-audit <mode>',
        'whether uses of session keys wait for the disk (default: durable)',
      ).choices(['durable', 'buffered']),
    )
    .option('--allow-debugging', 'let debuggers, reports and options of Node look into the process; recorded')
    .option('--session-idle <seconds>', 'end a session without a call for so long; 0 for never (default)', seconds)
    .option('--session-max <seconds>', 'end a session after so long, however busy; 0 for never (default)', seconds)
    .option(
      '--approval-lifetime <seconds>',
      'how long a held operation waits for people (default: 3600)',
      wholeNumber(1, 86_400),
    )
    .option('--approval-command <program>', 'is run with each step of an approval as JSON, more than once', repeated)
    .option('--approval-webhook <url>', 'is posted each step of an approval, signed; more than once', repeated)
    .option('--witness-policy <file>', 'have checkpoints cosigned by these witnesses (C2SP tlog-policy with URLs)')
    .option('--require-witnesses', 'exports, approved and emergency operations wait while the quorum is missing')
    .option('--metrics <host:port>', 'tell /healthz, /readyz and /metrics over HTTP, on a loopback address')
    .option('--metrics-socket <place>', 'the same on a Unix socket: PATH[,mode=0660][,owner=NAME][,group=NAME]')
    .addOption(new Option('--log <format>', 'what the operator is told on standard error').choices(['text', 'json']))
    .addOption(
      new Option('--log-level <level>', 'the last level of it (default: info); debug tells each request').choices([
        'error',
        'warn',
        'info',
        'debug',
      ]),
    );
}

const seconds = wholeNumber(0, 31_536_000);

function sidecarOptions(
  options: ServeOptions,
  places: { state: string; config: string; socket: string },
): SidecarOptions {
  const configFolder = resolve(options.config ?? places.config);
  return {
    stateFolder: resolve(options.state ?? places.state),
    configFolder,
    sockets: listeningPlaces(options, process.env.FERROHSM_SOCKET ?? places.socket),
    ...networkListeners(options),
    restSockets: restSockets(options),
    ...(options.backupFolder !== undefined && { backupFolder: resolve(options.backupFolder) }),
    rootKey: rootKeyOptions(options, join(configFolder, 'root.key')),
    ...(options.allowDebugging && { allowDebugging: options.allowDebugging }),
    ...(options.sessionKeyAudit && { sessionKeyAudit: options.sessionKeyAudit }),
    ...governanceOptions(options),
    ...witnessOptions(options),
    probes: probeListeners(options),
  };
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

async function announce(output: Output, addresses: readonly string[], probes: readonly string[]): Promise<void> {
  const lines = [
    ...addresses.map((address) => `ferrohsm: listening on ${address}`),
    ...probes.map((address) => `ferrohsm: health and metrics on ${address}`),
  ];
  await output.result({ addresses, ...(probes.length > 0 && { probeAddresses: probes }) }, lines.join('\n'));
}

/** Resolves with the first signal; a second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(75);
        stopping = true;
        resolve(signal);
      });
    }
  });
}
