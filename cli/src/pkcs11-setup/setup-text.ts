import { table } from '../table.ts';
import { carriedBy } from './carried.ts';
import { clients } from './clients.ts';
import type { Installation } from './installation.ts';
import type { Client, Setting } from './recipe.ts';

/**
 * A recipe as one text that is valid in the language of its file: what else it takes is in comments. A recipe without a
 * file is a script of the shell.
 */
export function recipeText(client: Client, setting: Setting): string {
  const { file, environment, commands, remarks } = client.recipe(setting);
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
  const lost = notCarried(setting);
  const head = [
    `For ${client.about}.`,
    ...(file === undefined ? [] : [`Place: ${file.place}`]),
    ...remarks.map((remark) => `Note: ${remark}.`),
    ...(lost.length === 0 ? [] : [`${nameOf(setting)} does not carry: ${lost.join('; ')}.`]),
    ...(file === undefined ? [] : [...exports, ...commands]),
  ];
  const body = file?.text ?? `${[...exports, ...commands.map((command) => `# ${command}`)].join('\n')}\n`;
  return `${head.map((line) => `# ${line}`).join('\n')}\n${body}`;
}

/** What was found, what it carries, and for whom there are recipes. */
export function overviewText(installation: Installation): string {
  const rows = carriedBy(installation.generation).map(({ what, carried }) => [carried, what]);
  const programs = Object.entries(clients).map(([name, { about }]) => [name, about]);
  return [
    `module   ${installation.module}`,
    `version  ${nameOf(installation)}`,
    '',
    table(['carried', 'what'], rows),
    '',
    table(['--for', 'prints what is needed by'], programs),
  ].join('\n');
}

/** What the clients of this generation refuse by themselves. */
function notCarried({ generation }: Installation): readonly string[] {
  return carriedBy(generation).flatMap(({ what, carried }) => (carried === 'no' ? [what] : []));
}

function nameOf({ version, generation }: Installation): string {
  return version === undefined ? `p11-kit ${generation.versions}` : `p11-kit ${version} (${generation.versions})`;
}
