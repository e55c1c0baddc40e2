import { once } from 'node:events';
import { resolve } from 'node:path';
import { addPassphraseOption } from '../approval-key.ts';
import { type CommandDescription, local } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { repeated } from '../option-values.ts';
import type { Output } from '../output.ts';
import { guardProcess } from '../process-guard.ts';
import { type ListenOptions, readListenAddress } from '../witness/listen-address.ts';
import type { Witness } from '../witness/witness.ts';
import type { WitnessServer } from '../witness/witness-server.ts';

interface WitnessServeOptions extends GlobalOptions, ListenOptions {
  readonly keyFile: string;
  readonly state: string;
  readonly log?: string[];
  readonly logKeyFile?: string;
  readonly passphraseFd?: number;
}

export const witnessServe: CommandDescription = {
  usage: 'serve',
  summary: 'Cosign the checkpoints of logs (C2SP tlog-witness), each only when it continues the one before.',
  examples: `
# On another host than the log: first pin the keys of the log
ferrohsm audit keys > log.keys
ferrohsm witness serve --key-file w1.key --state ./w1 --log-key-file log.keys

# For logs on other hosts
ferrohsm witness serve --key-file w1.key --state ./w1 --log-key-file log.keys --listen 10.0.0.7:443 --tls-certificate server.pem --tls-key server.key

# What it cosigned last, under the SHA-256 of the log's origin
curl http://127.0.0.1:8080/$(printf hsm.example/audit | sha256sum | cut -c-64)/checkpoint`,
  offline: true,
  options: (command) =>
    addPassphraseOption(
      command
        .requiredOption('--key-file <file>', 'private keys made by: ferrohsm witness create-key')
        .requiredOption('--state <folder>', 'what was cosigned; made when it is absent, and never to be set back')
        .option('--log <vkey>', 'verifier key (C2SP signed-note) of a log; all those of one log must sign', repeated)
        .option('--log-key-file <file>', 'verifier keys of logs, one a line')
        .option('--listen <host:port>', 'a loopback address, with TLS any; port 0 is any port', '127.0.0.1:8080')
        .option('--tls-certificate <file>', 'PEM: certificate and its chain; TLS 1.3 only')
        .option('--tls-key <file>', 'PEM: private key of the certificate'),
    ),
  action: local<WitnessServeOptions>(async ({ options, output }) => {
    guardProcess();
    const stop = stopSignal();
    const address = readListenAddress(options);
    const { openWitnessServer } = await import('../witness/witness-server.ts');
    using witness = await openWitness(options, output);
    const server = await openWitnessServer(witness, address);
    await announce(output, server, witness);
    try {
      output.note(`stopping on ${await Promise.race([stop, server.failed])}`);
    } catch (cause) {
      throw new CliError(74, 'a cosigned checkpoint could not be kept', 'check the state folder, then start again', {
        cause,
      });
    } finally {
      await server.close();
    }
  }),
};

async function openWitness(options: WitnessServeOptions, output: Output): Promise<Witness> {
  const { parseVerifierKey } = await import('@ferrohsm/sdk/node');
  const { readVerifierKeys } = await import('../verifier-keys.ts');
  const { readWitnessKeys } = await import('../witness/witness-key.ts');
  const { Witness } = await import('../witness/witness.ts');
  const texts = await readVerifierKeys(options.log ?? [], options.logKeyFile);
  if (texts.length === 0) throw usageError('no log to witness', 'name its keys with --log or --log-key-file');
  return Witness.open({
    logKeys: await Promise.all(texts.map(parseVerifierKey)),
    witnessKeys: await readWitnessKeys(options.keyFile, options.passphraseFd),
    stateFolder: resolve(options.state),
    onFork: ({ origin, size, evidence }) =>
      output.warn(`${origin} signed two different trees of ${size} entries: it was forged, and ${evidence} proves it`),
  });
}

async function announce(output: Output, { url }: WitnessServer, { logs }: Witness): Promise<void> {
  for (const { origin, latest } of logs) {
    const state = latest === undefined ? 'the first checkpoint will be trusted' : `cosigned up to ${latest.size}`;
    output.note(`${origin}: ${state}`);
  }
  await output.result({ addresses: [url] }, `ferrohsm: listening on ${url}`);
}

/** A second signal ends the process at once. */
async function stopSignal(): Promise<string> {
  const [name] = await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  return name as string;
}
