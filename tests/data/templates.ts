import type { ModelTemplate } from '../../tasks/data/template/model-template';

/**
 * Two chat templates of our own that decide as those of the two models do. As Mistral 7B v0.3's: turns are held to, and the system
 * message stands before the last message, where that is the user's. As Llama 3.1's: any role is written as it is.
 */
export const strict: ModelTemplate = {
  model: 'strict',
  text: `{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if (message["role"] == "user") != (loop.index0 % 2 == 0) %}
        {{- raise_exception("roles must alternate user/assistant/user/assistant/...") }}
    {%- endif %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"] | trim + eos_token }}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported") }}
    {%- endif %}
{%- endfor %}`,
  bos: '<s>',
  eos: '</s>',
  pad: undefined,
  files: [],
};

export const lenient: ModelTemplate = {
  model: 'lenient',
  text: `{{- bos_token }}
{%- for message in messages %}
    {%- if "tool_calls" in message %}
        {%- if not message.tool_calls | length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' + message.tool_calls[0].function | tojson + '<|eot_id|>' }}
    {%- else %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}`,
  bos: '<|begin_of_text|>',
  eos: '<|eot_id|>',
  pad: undefined,
  files: [],
};
