"""What a row says: an example as the training means it. For training_rows.py.

Takes the shapes that `npx just data:check` knows (messages, ShareGPT, prompt and completion, instruction and output, text)
with the columns that belong to them (input, context, history, system).
"""

import json

# What ShareGPT, OpenAssistant, Gemma and people call the roles of chat templates.
ROLES = {
    **dict.fromkeys(("human", "prompter", "instruction"), "user"),
    **dict.fromkeys(("gpt", "chatgpt", "bing", "bard", "bot", "model", "ai"), "assistant"),
    "observation": "tool",
}
KNOWN_ROLES = ("system", "user", "assistant", "tool", "ipython", "function", "developer")


class Refused(ValueError):
    """A row that cannot be trained as it stands."""


def example_of(row):
    """(shape, messages) of a row, as tasks/data/chat/shape.ts has them."""
    if not isinstance(row, dict):
        raise Refused("the row is no object")
    for column in ("messages", "conversations", "conversation"):
        if isinstance(row.get(column), list):
            return with_columns(row, ("history", "system"), "chat", [message_of(each) for each in row[column]])
    if "prompt" in row and "completion" in row:
        prompt, completion = row["prompt"], row["completion"]
        if isinstance(prompt, list) and isinstance(completion, list):
            return with_columns(row, BESIDE, "chat", [message_of(each) for each in prompt + completion])
        return with_columns(row, BESIDE, "plain", said(text_of(prompt), text_of(completion)))
    answer = "output" if "output" in row else "response"
    if "instruction" in row and answer in row:
        return with_columns(row, BESIDE, "instruction", said(text_of(row["instruction"]), text_of(row[answer])))
    if "text" in row:
        return "plain", [{"role": "assistant", "content": text_of(row["text"])}]
    raise Refused("the row has no messages, prompt and completion, instruction and output, or text")


def said(asked, answered):
    return [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]


# Columns that belong to an example beside those of its shape, as Alpaca, Dolly and LLaMA-Factory write them.
BESIDE = ("input", "context", "history", "system")


def with_columns(row, columns, shape, messages):
    """An example with what stands beside it, as tasks/data/chat/columns.ts has it: `input` or `context` behind the instruction, the
    turns of `history` before it, `system` first, where no system message is. Raises Refused for what has no place."""
    columns = [column for column in columns if says_something(row.get(column))]
    for column in columns:
        value = row[column]
        if column == "system" and shape != "plain" and isinstance(value, str):
            if not any(each["role"] in ("system", "developer") for each in messages):
                messages = [{"role": "system", "content": value}, *messages]
                continue
        elif shape == "instruction" and column == "history" and is_pairs(value):
            messages = [each for pair in value for each in said(*pair)] + messages
            continue
        elif shape == "instruction" and column in ("input", "context") and isinstance(value, str):
            if column == "input" or "input" not in columns:
                messages = [{**messages[0], "content": messages[0]["content"] + "\n\n" + value}, *messages[1:]]
                continue
        raise Refused(f"the column `{column}` has no place in the example: it would not be trained")
    return "plain" if shape == "plain" else "chat", messages


def tools_of(row):
    """The tools of a row, which the chat template gets: a list of objects, or JSON of one, as LLaMA-Factory writes it; [] for none."""
    tools = row.get("tools")
    if isinstance(tools, str) and says_something(tools):
        try:
            tools = json.loads(tools)
        except (ValueError, RecursionError) as error:
            raise Refused(f"the column `tools` is a text that is no JSON ({error})") from error
    if not says_something(tools):
        return []
    if not (isinstance(tools, list) and all(isinstance(each, dict) for each in tools)):
        raise Refused("the column `tools` is neither a list of objects nor JSON of one")
    return tools


def says_something(value):
    """Null, blanks and an empty list are nothing: many files have the column in every row."""
    return value is not None and value != [] and not (isinstance(value, str) and not value.strip(" \t\r\n"))


def is_pairs(value):
    return isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair) for pair in value)


def message_of(value):
    if not isinstance(value, dict):
        raise Refused("a message is no object")
    role, content = (value.get("from"), value.get("value")) if "from" in value and "role" not in value else (value.get("role"), value.get("content"))
    plain = role.strip().lower() if isinstance(role, str) else None
    known = role if role in KNOWN_ROLES else plain if plain in KNOWN_ROLES else ROLES.get(plain)
    if known is None:
        raise Refused(f"no chat template knows the role {role!r}")
    weight = value.get("weight")
    if weight is not None and (isinstance(weight, bool) or weight not in (0, 1)):
        raise Refused(f"`weight` of a message is {weight!r}: 0 for an answer that is not learned, or 1")
    # What a template gets of a message is the rest.
    unlearned = {"weight": 0} if weight == 0 and known == "assistant" else {}
    calls = value.get("tool_calls")
    if calls is not None and not isinstance(calls, list):
        raise Refused(f"`tool_calls` is a value of type {type(calls).__name__}")
    if calls:
        # A call has no words of its own.
        return {"role": known, "content": None if content is None else text_of(content), "tool_calls": calls, **unlearned}
    return {"role": known, "content": text_of(content), **({"name": value["name"]} if isinstance(value.get("name"), str) else {}), **unlearned}


def is_learned(message):
    """An answer of `weight` 0 is context, as in the format of OpenAI: it stands in the text, and the loss is not on it."""
    return message["role"] == "assistant" and message.get("weight") != 0


def text_of(value):
    if not isinstance(value, str):
        raise Refused("a text is " + ("null" if value is None else f"a value of type {type(value).__name__}"))
    return value
