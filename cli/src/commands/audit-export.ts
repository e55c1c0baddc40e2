import { type Command, Option } from 'commander';
import { type CommandDescription, local } from '../command.ts';
import { usageError } from '../errors.ts';
import type { DeliveryOptions } from '../export/deliver-log.ts';
import type { FormatName } from '../export/export-format.ts';
import type { ExportFileOptions } from '../export/write-export.ts';
import { addFilterOptions } from '../log-reading/filter-options.ts';
import { addLogOptions } from '../log-reading/log-options.ts';
import { wholeNumber } from '../option-values.ts';

type AuditExportOptions = ExportFileOptions & Partial<DeliveryOptions>;

const formatNames: readonly FormatName[] = ['jsonl', 'rfc5424', 'otlp', 'ocsf'];

export const auditExport: CommandDescription = {
  usage: 'export',
  summary:
    'Export records of a log, read offline: to a file, or at least once to a collector, in a process of its own.',
  examples: `
# One file
ferrohsm audit export --since 7d --format ocsf --output week.jsonl --key-file log.keys

# For ever, to syslog over TLS; goes on where it stopped
ferrohsm audit export --follow --to syslog+tls://logs.example:6514 --ca logs.pem --cursor /var/lib/ferrohsm-export/syslog.cursor --key-file log.keys

# To an OpenTelemetry collector
ferrohsm audit export --follow --to https://otel.example/v1/logs --bearer-file otel.token --cursor otel.cursor --key-file log.keys`,
  options: addExportOptions,
  action: local<AuditExportOptions>(async ({ options, output }) => {
    const { to, cursor } = options;
    if (to === undefined) {
      refuseDelivery(options);
      const { writeExport } = await import('../export/write-export.ts');
      await writeExport(options, output);
      return;
    }
    if (cursor === undefined) throw usageError('no cursor was named', 'name a file with --cursor: what was delivered');
    if (options.output !== undefined) throw usageError('--output and --to cannot both be given', 'choose the one');
    if (options.limit !== undefined)
      throw usageError('--limit has no meaning with --to', 'the cursor says where to go on');
    const { deliverLog } = await import('../export/deliver-log.ts');
    await deliverLog({ ...options, to, cursor, sinkTimeout: options.sinkTimeout ?? defaultTimeoutSeconds }, output);
  }),
};

const defaultTimeoutSeconds = 30;

function refuseDelivery({ follow, cursor }: AuditExportOptions): void {
  if (follow || cursor !== undefined) throw usageError('where to is not said', 'name a sink with --to');
}

function addExportOptions(command: Command): void {
  addFilterOptions(command);
  addLogOptions(command);
  command
    .addOption(
      new Option('--format <name>', 'form of the records (default: jsonl, or what the sink takes)').choices(
        formatNames,
      ),
    )
    .option('--output <file>', 'write there instead of to standard output')
    .option('--to <sink>', 'file:PATH, syslog+tls://HOST[:PORT], https://HOST/v1/logs')
    .option('--cursor <file>', 'keeps how far the sink has them; needed with --to')
    .option('--follow', 'go on with what the log records from now on, until SIGTERM')
    .option('--ca <file>', 'PEM: authorities of the sink (default: those that Node knows)')
    .option('--cert <file>', 'PEM: client certificate for the sink')
    .option('--cert-key <file>', 'PEM: its private key')
    .option('--bearer-file <file>', 'file that holds the bearer token for the sink; read for each request')
    .option(
      '--sink-timeout <seconds>',
      'longest that the sink may take for a batch (default: 30)',
      wholeNumber(1, 3600),
    );
}
