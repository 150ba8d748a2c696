import { configNames } from '../just-config';
import { type CompletionWords, wordsOf } from './words';

/** The completion for fish. It stands beside what fish knows of `npx`, and speaks behind `npx just` alone. */
export function fishCompletion({ tasks, shared, values }: CompletionWords): string {
  const cases = tasks.flatMap(({ name, options, steps }) => [
    `    case ${name}`,
    `        set options ${wordsOf(options)}`,
    `        set steps ${wordsOf(steps)}`,
  ]);
  const fixed = Object.entries(values).flatMap(([option, list]) => [
    `    case '${option}=*'`,
    `        printf '%s\\n' ${option}=$(string split ' ' '${wordsOf(list)}')`.replace('$(', '(').replace(/\)$/, ')'),
  ]);
  return `# Completion of \`npx just\` for fish, made by \`npx just completion fish\`.
function __just_lora_keys
    set -l root $PWD
    while test -n "$root"${configNames.map((name) => `; and not test -e "$root/${name}"`).join('')}
        set root (string replace -r '/[^/]*$' '' -- "$root")
    end
    test -n "$root"; or return
    cat "$root"/configs/setup.yaml "$root"/configs/setup.local.yaml "$root"/configs/setup.remote.yaml 2>/dev/null | awk -v key="$argv[1]:" '
        /^[^ #]/ { on = ($1 == key); next }
        on && /^  [A-Za-z0-9_.-]+:/ { sub(/^  /, ""); sub(/:.*/, ""); print }'
end
function __just_lora_words
    set -l cur (commandline -ct)
    set -l task ''
    set -l options
    set -l steps
    for word in (commandline -opc)
        switch $word
            case npx just '-*'
            case '*'
                set task $word
                break
        end
    end
    switch $task
${cases.join('\n')}
    end
    switch $cur
    case '--model=*'
        printf '%s\\n' --model=(__just_lora_keys models) --model=all --model=present
    case '--remote=*'
        printf '%s\\n' --remote=(__just_lora_keys remotes)
    case '--on=*'
        printf '%s\\n' --on=(__just_lora_keys remotes) --on=all
    case '--force=*'
        test -n "$steps"; and printf '%s\\n' --force=$steps
${fixed.join('\n')}
    case '-*'
        printf '%s\\n' $options ${wordsOf(shared)}
    case '*'
        test -n "$task"; or printf '%s\\n' ${wordsOf(tasks.map(({ name }) => name))}
    end
end
function __just_lora_is_just
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = just
end
complete -c npx -f -n __just_lora_is_just -a '(__just_lora_words)'
`;
}
