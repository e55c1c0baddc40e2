import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { OperatorLog, RunningSidecar } from '@ferrohsm/sidecar';
import { type CommandDescription, local } from '../command.ts';
import { configHost } from '../config/config-host.ts';
import { ConfigReload } from '../config/config-reload.ts';
import { version } from '../generated/version.ts';
import type { Output } from '../output.ts';
import { guardProcess, refuseDebugger } from '../process-guard.ts';
import { addServeOptions } from '../serve-flags.ts';
import { operatorLogOptions } from '../serve-options.ts';
import { limitStop, onHangUp, stopSignal } from '../serve-signals.ts';
import { sidecarOptions } from '../sidecar-options.ts';
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
ferrohsm serve --root-key-shares

# From a file that must have been signed (see "ferrohsm config --help"); SIGHUP reads it again
ferrohsm serve --config-file /etc/ferrohsm/ferrohsm.yaml --config-key /usr/share/ferrohsm/config.pub`,
  offline: true,
  options: addServeOptions,
  action: local<object>(async ({ options: flags, output }) => {
    optimizeWasmLater();
    // Loaded only here: other commands do without YAML.
    const [host, { loadServeConfig }] = await Promise.all([configHost(), import('../config/serve-config.ts')]);
    const read = () => loadServeConfig(flags, host);
    const config = read();
    const { options } = config;
    let tell: (notice: string) => void = output.warn;
    guardProcess({ ...options, onNotice: (notice) => tell(notice) });
    await turn();
    refuseDebugger(options);
    const { closeMemory, createOperatorLog, overwriteFreedMemory, startSidecar } = await import('@ferrohsm/sidecar');
    const log = createOperatorLog({ ...operatorLogOptions(options, output.quiet), out: operatorOutput() });
    tell = (notice) => log.write('warn', 'notice', { message: notice });
    for (const notice of options.allowDebugging ? [debuggingAllowed] : closeMemory()) tell(notice);
    if (!overwriteFreedMemory()) tell(freedMemoryStays);
    const stop = stopSignal();
    const starting = startSidecar(sidecarOptions(config, log));
    const configuration = new ConfigReload(config, read, log);
    onHangUp(async () => configuration.reload(await starting));
    const sidecar = await starting;
    await announceStart(sidecar, output, log);
    log.write('info', 'stop', { signal: await stop });
    const { drainMs } = configuration;
    limitStop(drainMs);
    await sidecar.close(drainMs);
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
  return join((await configHost()).places.state, 'log');
}

async function announceStart(sidecar: RunningSidecar, output: Output, log: OperatorLog): Promise<void> {
  const { addresses, probeAddresses, isSealed } = sidecar;
  const lines = [
    ...addresses.map((address) => `ferrohsm: listening on ${address}`),
    ...probeAddresses.map((address) => `ferrohsm: health and metrics on ${address}`),
  ];
  await output.result({ addresses, ...(probeAddresses.length > 0 && { probeAddresses }) }, lines.join('\n'));
  const places = [...addresses, ...probeAddresses].join(' ');
  log.write('info', 'start', { version, pid: process.pid, sealed: isSealed, addresses: places });
  if (isSealed) log.write('warn', 'notice', { message: sealedStart });
}

const sealedStart = 'sealed: it serves when custodians have given their shares with "ferrohsm unseal"';
