import { type CompletionWords, readingNames, wordsOf } from './words';

/**
 * The completion for bash 3.2 and later. It reads the line itself, since bash takes `:` and `=` for the end of a word.
 * `npx` keeps the completion that it had for all that is not `npx just`.
 */
export function bashCompletion({ tasks, shared, values }: CompletionWords): string {
  const cases = tasks.map(({ name, options, steps }) => `    ${name}) options='${wordsOf(options)}' steps='${wordsOf(steps)}' ;;`);
  const fixed = Object.entries(values).map(([option, words]) => `    ${option}=*) words='${wordsOf(words)}' ;;`);
  return `# Completion of \`npx just\` for bash, made by \`npx just completion bash\`.
${readingNames}
_just_lora() {
  local line=\${COMP_LINE:0:COMP_POINT} task='' word words options='' steps='' cur
  cur=\${line##*[[:space:]]}
  read -ra words <<<"\${line%"$cur"}"
  for word in "\${words[@]}"; do
    case $word in npx | just | -*) ;; *) task=$word; break ;; esac
  done
  case $task in
${cases.join('\n')}
  esac
  words=''
  case $cur in
    --model=*) words="$(_just_lora_keys models) all present" ;;
    --remote=*) words="$(_just_lora_keys remotes)" ;;
    --on=*) words="$(_just_lora_keys remotes) all" ;;
    --force=*) words=$steps ;;
${fixed.join('\n')}
    -*) words="$options ${wordsOf(shared)}" ;;
    *) [ -n "$task" ] || words='${wordsOf(tasks.map(({ name }) => name))}' ;;
  esac
  local typed=$cur head
  case $cur in -*=*) typed=\${cur#*=} ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$typed"))
  # What stands before the last \`:\` or \`=\` is on the line already.
  head=\${typed%"\${typed##*[:=]}"}
  COMPREPLY=("\${COMPREPLY[@]#"$head"}")
  if [ "\${#COMPREPLY[@]}" = 1 ] && [ "\${COMPREPLY[0]%=}" != "\${COMPREPLY[0]}" ]; then compopt -o nospace 2>/dev/null; fi
}
_just_lora_npx=$(complete -p npx 2>/dev/null | sed -n 's/.*-F \\([^ ]*\\).*/\\1/p')
_just_lora_behind_npx() {
  case $COMP_LINE in
    npx\\ just\\ *) _just_lora ;;
    *) [ -n "$_just_lora_npx" ] && [ "$_just_lora_npx" != _just_lora_behind_npx ] && "$_just_lora_npx" "$@" ;;
  esac
}
complete -o default -F _just_lora_behind_npx npx
`;
}
