import type { CommandEntry, OptionEntry } from './command-tree.ts';
import { single } from './shell-quote.ts';

/** How a shell hands over what was found. */
export interface LookupStyle {
  /** Subcommands and options of a command. */
  readonly words: (entry: CommandEntry) => string;
  /** What stands behind an option that takes a value. */
  readonly value: (option: OptionEntry) => string;
}

/** The shell functions `_ferrohsm_words PATH` and `_ferrohsm_value PATH OPTION`, in what bash and zsh have in common. */
export function lookups(tree: readonly CommandEntry[], { words, value }: LookupStyle): string {
  const wordCases = tree.map((entry) => `    ${single(entry.path)}) ${words(entry)} ;;`);
  const valueCases = tree.flatMap(({ path, options }) =>
    options
      .filter((option) => option.value.kind !== 'none')
      .map((option) => `    ${single(`${path} ${option.name}`)}) ${value(option)} ;;`),
  );
  return `_ferrohsm_words() {
  case "$1" in
${wordCases.join('\n')}
    *) return 1 ;;
  esac
}

# What stands behind an option: words, or a file for "@file", or anything for "@text". Fails for a switch.
_ferrohsm_value() {
  case "$1 $2" in
${valueCases.join('\n')}
    *) return 1 ;;
  esac
}`;
}
