import { type CommandEntry, fileCommands } from './command-tree.ts';
import { type LookupStyle, lookups } from './lookups.ts';
import { single } from './shell-quote.ts';

/**
 * The completion script for bash 3.2 and later. It holds every command and option itself: completing starts no process and
 * asks no sidecar.
 */
export function bashCompletion(tree: readonly CommandEntry[]): string {
  return `# bash completion of ferrohsm: source <(ferrohsm completion bash)

${lookups(tree, style)}

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

const style: LookupStyle = {
  words: ({ subcommands, options }) => `echo ${single([...subcommands, ...options].map(({ name }) => name).join(' '))}`,
  value: ({ value }) => `echo ${single(value.kind === 'choice' ? value.choices.join(' ') : `@${value.kind}`)}`,
};
