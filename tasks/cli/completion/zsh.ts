import { type CompletionWords, readingNames, wordsOf } from './words';

/** The completion for zsh. `npx` keeps the completion that it had for all that is not `npx just`. */
export function zshCompletion({ tasks, shared, values }: CompletionWords): string {
  const cases = tasks.map(({ name, options, steps }) => `    ${name}) options=(${wordsOf(options)}); steps=(${wordsOf(steps)}) ;;`);
  const fixed = Object.entries(values).map(([option, list]) => `    ${option}=*) found=(${wordsOf(list)}) ;;`);
  return `# Completion of \`npx just\` for zsh, made by \`npx just completion zsh\`.
${readingNames}
_just_lora() {
  local cur=\${words[CURRENT]} word task=''
  local -a options steps found
  for word in \${words[1,CURRENT-1]}; do
    case $word in npx | just | -*) ;; *) task=$word; break ;; esac
  done
  case $task in
${cases.join('\n')}
  esac
  case $cur in
    --model=*) found=(\${(f)"$(_just_lora_keys models)"} all present) ;;
    --remote=*) found=(\${(f)"$(_just_lora_keys remotes)"}) ;;
    --on=*) found=(\${(f)"$(_just_lora_keys remotes)"} all) ;;
    --force=*) found=($steps) ;;
${fixed.join('\n')}
    -*) compadd -S '' -- \${(M)options:#*=}; compadd -- \${options:#*=} ${wordsOf(shared)}; return ;;
    *) [ -n "$task" ] || compadd -- ${wordsOf(tasks.map(({ name }) => name))}; return ;;
  esac
  compadd -P "\${cur%%=*}=" -- $found
}
_just_lora_npx=\${_comps[npx]:-}
_just_lora_behind_npx() {
  if [ "\${words[2]}" = just ]; then _just_lora
  elif [ -n "$_just_lora_npx" ] && [ "$_just_lora_npx" != _just_lora_behind_npx ]; then "$_just_lora_npx" "$@"
  else _default
  fi
}
compdef _just_lora_behind_npx npx
`;
}
