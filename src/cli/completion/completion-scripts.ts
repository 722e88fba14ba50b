/** First word of a line that asks for completions instead of doing something. */
export const COMPLETE_WORD = '--complete';

/** Bash breaks words at `:`, which run ids have: the line is split again, and what the shell has typed already is cut off the answers. */
const BASH = String.raw`# perennial: completion for bash
_perennial() {
  local line="${'$'}{COMP_LINE:0:COMP_POINT}"
  local -a words
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  local current="${'$'}{words[${'$'}{#words[@]}-1]}"
  local typed="${'$'}{current%"${'$'}{current##*:}"}"
  local found
  COMPREPLY=()
  while IFS= read -r found; do
    [[ -n "$found" ]] && COMPREPLY+=("${'$'}{found#"$typed"}")
  done < <("${'$'}{words[0]}" ${COMPLETE_WORD} "${'$'}{words[@]:1}" 2>/dev/null)
}
complete -o default -F _perennial perennial
`;

const ZSH = String.raw`#compdef perennial
_perennial() {
  local -a found
  found=("${'$'}{(@f)$("${'$'}{words[1]}" ${COMPLETE_WORD} "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${'$'}{found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _perennial perennial
`;

const FISH = String.raw`# perennial: completion for fish
function __perennial_complete
  set -l words (commandline -opc) (commandline -ct)
  perennial ${COMPLETE_WORD} $words[2..-1] 2>/dev/null
end
complete -c perennial -a '(__perennial_complete)'
`;

export const COMPLETION_SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
