import { Argument, type Command } from 'commander';
import { type CommandDescription, local } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { commandTree } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';

const scripts = Object.freeze({ bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion });

type Shell = keyof typeof scripts;

/** @param wholeProgram the script is made of the program itself, so that it never lacks a command */
export function completion(wholeProgram: () => Command): CommandDescription {
  return {
    usage: 'completion',
    summary: 'Print the script that lets a shell complete commands and options; it needs no sidecar.',
    examples: `
# bash: into ~/.bashrc
source <(ferrohsm completion bash)

# zsh: into a folder of fpath
ferrohsm completion zsh > ~/.zfunc/_ferrohsm

# fish
ferrohsm completion fish > ~/.config/fish/completions/ferrohsm.fish`,
    offline: true,
    options: (command) => command.addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(scripts))),
    action: local<object, [shell: Shell]>(async ({ output }, shell) => {
      const script = scripts[shell](commandTree(wholeProgram()));
      await output.result({ shell, script }, script);
    }),
  };
}
