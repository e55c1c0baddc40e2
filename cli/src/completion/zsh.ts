import { type CommandEntry, fileCommands, type WordEntry } from './command-tree.ts';
import { type LookupStyle, lookups } from './lookups.ts';
import { single } from './shell-quote.ts';

/** The completion script for zsh, with a summary beside each word; it holds every command and option itself. */
export function zshCompletion(tree: readonly CommandEntry[]): string {
  return `#compdef ferrohsm
# zsh completion of ferrohsm: source <(ferrohsm completion zsh), behind compinit

${lookups(tree, style)}

_ferrohsm() {
  local at=""
  local -a reply
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    if _ferrohsm_value "$at" "\${words[i]}"; then ((i += 1))
    elif _ferrohsm_words "\${at:+$at }\${words[i]}"; then at="\${at:+$at }\${words[i]}"
    fi
  done
  # An option that still lacks its value.
  if ((i > CURRENT)); then
    _ferrohsm_value "$at" "\${words[CURRENT-1]}"
    case "\${reply[1]}" in
      @file) _files ;;
      @text) ;;
      *) compadd -a reply ;;
    esac
    return
  fi
  _ferrohsm_words "$at"
  _describe ferrohsm reply
  case " ${fileCommands(tree)} " in
    *" \${at// /.} "*) _files ;;
  esac
}

# Autoloaded from a folder in fpath, it is the function itself; sourced, it registers one.
if [[ \${funcstack[1]} == _ferrohsm ]]; then _ferrohsm "$@"; else compdef _ferrohsm ferrohsm; fi
`;
}

const style: LookupStyle = {
  words: ({ subcommands, options }) => `reply=(${[...subcommands, ...options].map(described).join(' ')})`,
  value: ({ value }) => `reply=(${value.kind === 'choice' ? value.choices.map(single).join(' ') : `@${value.kind}`})`,
};

function described({ name, summary }: WordEntry): string {
  return single(`${name}:${summary}`);
}
