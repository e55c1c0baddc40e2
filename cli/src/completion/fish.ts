import type { CommandEntry, OptionEntry, WordEntry } from './command-tree.ts';

/** The completion script for fish, with a summary beside each word; it holds every command and option itself. */
export function fishCompletion(tree: readonly CommandEntry[]): string {
  return `# fish completion of ferrohsm: ferrohsm completion fish > ~/.config/fish/completions/ferrohsm.fish

# The command that the words so far name.
function __ferrohsm_path
    set -l path
    set -l isValue no
    for word in (commandline -opc)[2..]
        set -l longer (string join -- ' ' $path $word)
        if test $isValue = yes
            set isValue no
        else if contains -- $longer $__ferrohsm_valued
            set isValue yes
        else if contains -- $longer $__ferrohsm_paths
            set -a path $word
        end
    end
    string join ' ' $path
end

function __ferrohsm_at
    set -l here (__ferrohsm_path)
    test "$here" = "$argv[1]"
end

set -g __ferrohsm_paths ${tree.map(({ path }) => quoted(path)).join(' ')}
# Options behind which a value stands.
set -g __ferrohsm_valued ${tree.flatMap(valuedOptions).map(quoted).join(' ')}

complete -c ferrohsm -f
${tree.flatMap(linesOf).join('\n')}
`;
}

function valuedOptions({ path, options }: CommandEntry): string[] {
  return options.filter(({ value }) => value.kind !== 'none').map(({ name }) => `${path} ${name}`.trimStart());
}

function linesOf({ path, subcommands, options, takesFile }: CommandEntry): string[] {
  const here = `complete -c ferrohsm -n ${quoted(`__ferrohsm_at ${quoted(path)}`)}`;
  return [
    ...subcommands.map((word) => `${here} -a ${quoted(word.name)}${describing(word)}`),
    ...options.map((option) => `${here} -l ${option.name.slice(2)}${valueFlags(option)}${describing(option)}`),
    ...(takesFile ? [`${here} -F`] : []),
  ];
}

function describing({ summary }: WordEntry): string {
  return summary === '' ? '' : ` -d ${quoted(summary)}`;
}

function valueFlags({ value }: OptionEntry): string {
  if (value.kind === 'none') return '';
  if (value.kind === 'file') return ' -r -F';
  return value.kind === 'choice' ? ` -x -a ${quoted(value.choices.join(' '))}` : ' -x';
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
