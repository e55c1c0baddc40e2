import { type Command, Option } from 'commander';
import { repeated, wholeNumber } from './option-values.ts';
import { addRootKeyOptions } from './root-key-options.ts';

/** Every flag of `ferrohsm serve`; schemas/config.json says the same for the file and the environment. */
export function addServeOptions(command: Command): void {
  addConfigPlaceOptions(command);
  addRootKeyOptions(command);
  command
    .option('--state <folder>', 'keystore, log and lock')
    .option('--backup-folder <folder>', 'where "backup create" writes; on another disk than the state')
    .option('--socket <place>', '[NAME=]PATH[,mode=0660][,owner=NAME][,group=NAME], more than once', repeated)
    .option('--systemd-sockets', 'listen on the sockets of a systemd socket unit, under their FileDescriptorName')
    .option('--websocket <host:port>', 'listen on a loopback address, with TLS on any; port 0 lets the system choose')
    .option('--rest <host:port>', 'REST on a loopback address, with TLS on any; port 0 lets the system choose')
    .option('--rest-socket <place>', 'REST on a Unix socket, written as --socket, more than once', repeated)
    .option('--pkcs11-link <path>', 'Unix socket for the process that holds the PKCS#11 sockets, as the same user')
    .option('--pkcs11-socket <name>', 'name of a PKCS#11 socket, an identity of its own; more than once', repeated)
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
    )
    .option('--traces <url>', 'send spans of requests to an OpenTelemetry collector (OTLP over HTTP, JSON)')
    .option(
      '--traces-percent <number>',
      'of the requests that come without a trace of their own (default: 100)',
      wholeNumber(0, 100),
    )
    .option(
      '--drain <seconds>',
      'how long calls that are under way may go on when it is told to stop (default: 5)',
      wholeNumber(0, 600),
    );
}

/** Where the configuration is: neither file nor schema can say it. */
export function addConfigPlaceOptions(command: Command): void {
  command
    .option('--config <folder>', 'ferrohsm.yaml, principals.json, policy.cedar, root key (FERROHSM_CONFIG)')
    .option('--config-file <file>', 'the file, when it is elsewhere (FERROHSM_CONFIG_FILE)')
    .option('--config-key <file>', 'public key in PEM that must have signed the file (FERROHSM_CONFIG_KEY)');
}

const seconds = wholeNumber(0, 31_536_000);
