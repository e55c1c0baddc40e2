import { resolve } from 'node:path';
import { type CommandDescription, local } from '../command.ts';
import type { Finding } from '../doctor/finding.ts';
import { folderFindings } from '../doctor/folder-findings.ts';
import { hostFindings } from '../doctor/host-findings.ts';
import { sidecarFindings } from '../doctor/sidecar-findings.ts';
import { CliError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { chosenWay } from '../profiles/way.ts';

interface DoctorOptions extends GlobalOptions {
  readonly state?: string;
  readonly config?: string;
}

export const doctor: CommandDescription = {
  usage: 'doctor',
  summary: 'Look for the usual faults of an installation, and say how to mend each; exit status 1 when there is one.',
  examples: `
# As the user that cannot reach the sidecar
ferrohsm doctor

# As the user that it runs as, with folders of its own
ferrohsm doctor --state /srv/hsm/state --config /srv/hsm/config --json`,
  options: (command) =>
    command
      .option('--state <folder>', 'of the sidecar, as for "ferrohsm serve"')
      .option('--config <folder>', 'of the sidecar, as for "ferrohsm serve"'),
  action: local<DoctorOptions>(async ({ options, output }) => {
    const { defaultPlaces } = await import('@ferrohsm/sidecar');
    const places = defaultPlaces(process.env, process.getuid?.() ?? -1);
    const { state = places.state, config = places.config } = options;
    const socket = socketOf(options, places.socket);
    const findings = [
      ...hostFindings(process.env),
      // Behind a WebSocket they lie on another machine, unless somebody names them.
      ...(socket !== undefined || options.state !== undefined || options.config !== undefined
        ? folderFindings({ state: resolve(state), config: resolve(config) })
        : []),
      ...(await sidecarFindings(options, socket)),
    ];
    await output.result(findings, findings.map(lineOf).join('\n'));
    const faults = findings.filter(({ level }) => level === 'fault').length;
    if (faults > 0) throw new CliError(1, faults === 1 ? '1 fault' : `${faults} faults`, 'mend what is listed');
  }),
};

/** The Unix socket that a command would use; undefined where it would use a WebSocket. */
function socketOf(options: GlobalOptions, defaultPath: string): string | undefined {
  const { socket, url } = chosenWay(options, process.env);
  return url === undefined ? resolve(socket ?? defaultPath) : undefined;
}

function lineOf({ level, subject, finding, fix }: Finding): string {
  const line = `${level.padEnd(8)} ${subject}: ${finding}`;
  return fix === undefined ? line : `${line}\n${' '.repeat(9)}${fix}`;
}
