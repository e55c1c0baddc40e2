import { type CommandEntry, fileCommands, type OptionEntry } from './command-tree.ts';
import { single } from './shell-quote.ts';

/**
 * The completion script for bash 3.2 and later. It holds every command and option itself: completing starts no process and
 * asks no sidecar.
 */
export function bashCompletion(tree: readonly CommandEntry[]): string {
  return `# bash completion of ferrohsm: source <(ferrohsm completion bash)

_ferrohsm_words() {
  case "$1" in
${tree.map(wordsCase).join('\n')}
    *) return 1 ;;
  esac
}

# What stands behind an option: words, or a file for "@file", or anything for "@text". Fails for a switch.
_ferrohsm_value() {
  case "$1 $2" in
${tree.flatMap(({ path, options }) => options.flatMap((option) => valueCase(path, option))).join('\n')}
    *) return 1 ;;
  esac
}

_ferrohsm() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous="" path="" value="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    previous=\${COMP_WORDS[i]}
    if value=$(_ferrohsm_value "$path" "$previous"); then i=$((i + 1))
    elif _ferrohsm_words "\${path:+$path }$previous" > /dev/null; then path="\${path:+$path }$previous"
    fi
  done
  # An option that still lacks its value.
  if ((i > COMP_CWORD)); then
    case "$value" in
      @file) COMPREPLY=($(compgen -f -- "$word")) ;;
      @text) ;;
      *) COMPREPLY=($(compgen -W "$value" -- "$word")) ;;
    esac
    return
  fi
  COMPREPLY=($(compgen -W "$(_ferrohsm_words "$path")" -- "$word"))
  case " ${fileCommands(tree)} " in
    *" \${path// /.} "*) [[ $word == -* ]] || COMPREPLY+=($(compgen -f -- "$word")) ;;
  esac
}

complete -o filenames -F _ferrohsm ferrohsm
`;
}

function wordsCase({ path, subcommands, options }: CommandEntry): string {
  const words = [...subcommands, ...options].map(({ name }) => name).join(' ');
  return `    ${single(path)}) echo ${single(words)} ;;`;
}

function valueCase(path: string, { name, value }: OptionEntry): string[] {
  if (value.kind === 'none') return [];
  const words = value.kind === 'choice' ? value.choices.join(' ') : `@${value.kind}`;
  return [`    ${single(`${path} ${name}`)}) echo ${single(words)} ;;`];
}
