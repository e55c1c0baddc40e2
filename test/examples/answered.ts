import { createProgram } from '../../cli/src/program.ts';

type Program = ReturnType<typeof createProgram>;

/** Paths of the commands that may ask a person before they act: `key destroy`. */
const asking = pathsBelow(createProgram(), []).toSorted((a, b) => b.length - a.length);

const asked = new RegExp(`\\bferrohsm (${asking.join('|')})(?=\\s|$)(?!.* --yes\\b)`, 'gm');

/** A page of the documentation has a reader who is asked, and answers; a test has none. */
export function answered(script: string): string {
  return script.replaceAll(asked, 'ferrohsm $1 --yes');
}

function pathsBelow(command: Program, above: readonly string[]): string[] {
  return command.commands.flatMap((each) => {
    const path = [...above, each.name()];
    return [...(each.options.some(({ long }) => long === '--yes') ? [path.join(' ')] : []), ...pathsBelow(each, path)];
  });
}
