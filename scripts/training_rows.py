"""Rows of data/processed as tokens and labels: what train.py trains on.

training_files.py reads them, training_examples.py says what a row is. A chat is written by the model's own chat template, once; the
loss is on the answers and on the token that ends each. What cannot be trained as it stands is refused with its file and line.
"""

from __future__ import annotations

import inspect
from array import array
from dataclasses import dataclass, field

from training_examples import Refused, example_of, is_learned, tools_of
from training_files import read_rows

# Stands for the text of an answer while the template is asked where it writes it: no template has it, none changes it.
MARK = "\ue000answer\ue001"


class NoRows(Exception):
    """There is nothing to train on."""


class TooLong(Exception):
    """Every row is longer than the limit before its answer begins."""


@dataclass
class Row:
    """An example: its token ids, and the ranges [from, to) of them that the loss is on."""

    ids: array
    answers: list


@dataclass
class Rows:
    """What became of the rows of some files. `cut` and `left_out` count rows longer than the limit: cut at its end, or
    left out since nothing of their answer is before it."""

    rows: list = field(default_factory=list)
    cut: int = 0
    left_out: int = 0
    first_cut: str = ""

    @property
    def tokens(self):
        return sum(len(row.ids) for row in self.rows)


# Rendering


class Writer:
    """Writes examples as text with the model's template, and tells where the answers lie in it."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.bos, self.eos = tokenizer.bos_token or "", tokenizer.eos_token or ""
        self.takes_tools = "tools" in inspect.signature(tokenizer.apply_chat_template).parameters
        first = tokenizer("a")["input_ids"][:1]
        self.adds_bos = bool(self.bos) and first == [tokenizer.bos_token_id]
        self.prompt, self.end = self.learn() if tokenizer.chat_template else ("", "")

    def render(self, messages, tools=None, **more):
        if tools and not self.takes_tools:
            raise Refused("this version of transformers gives a template no `tools`")
        messages = [{key: value for key, value in each.items() if key != "weight"} for each in messages]
        try:
            return self.tokenizer.apply_chat_template(messages, tokenize=False, **more, **({"tools": tools} if tools else {}))
        except Exception as error:  # What a template raises is of jinja2, or of the template itself.
            raise Refused(f"the chat template of the model refuses it ({type(error).__name__}: {error})") from error

    def learn(self):
        """What the template writes for an answer to begin, and behind one: the token that ends a turn. Both may be ''."""
        asked = [{"role": "user", "content": "a"}]
        plain = self.render(asked)
        ready = self.render(asked, add_generation_prompt=True)
        prompt = ready[len(plain) :] if ready.startswith(plain) else ""
        behind = self.render([*asked, {"role": "assistant", "content": MARK}]).rpartition(MARK)[2]
        special = {str(each) for each in self.tokenizer.added_tokens_decoder.values()} | {self.eos}
        found = [each for each in special - {"", self.bos} if behind.lstrip().startswith(each)]
        lead = behind[: len(behind) - len(behind.lstrip())]
        return prompt, lead + max(found, key=len) if found else ""

    def write(self, row):
        """(text, spans) of a row: spans are [from, to) of what is to be learned, in characters. Raises Refused."""
        shape, messages = example_of(row)
        if shape == "plain":
            text = "".join(each["content"] for each in messages)
            answer = messages[-1]["content"]
            if not answer.strip():
                raise Refused("the answer is empty")
            end = "" if self.eos and text.rstrip().endswith(self.eos) else self.eos
            return text + end, [(len(text) - len(answer), len(text) + len(end))]
        return self.write_chat(messages, tools_of(row))

    def write_chat(self, messages, tools=None):
        if not self.tokenizer.chat_template:
            raise Refused("the model has no chat template: take an instruct model, or rows of `text`")
        if not any(each["role"] == "assistant" for each in messages):
            raise Refused("nobody answers")
        if not any(is_learned(each) for each in messages):
            raise Refused("every answer has the weight 0: none is learned")
        text = self.render(messages, tools)
        for each in messages:
            if each["role"] in ("system", "user") and (each["content"] or "").strip() not in text:
                raise Refused(f"the chat template of the model leaves out what the {each['role']} says")
        spans = [self.span_of(text, messages, at, tools) for at, each in enumerate(messages) if is_learned(each)]
        if not self.end and is_learned(messages[-1]) and not text[spans[-1][1] :].strip():
            # A template that ends no answer: without the token that ends a text the model would never stop.
            start, end = spans[-1]
            text, spans[-1] = text[:end] + self.eos, (start, end + len(self.eos))
        return text, spans

    def span_of(self, text, messages, at, tools):
        """Where the answer `at` stands in the text, with the token that ends it. Raises Refused where that cannot be told."""
        message = messages[at]
        if message.get("tool_calls"):
            before = self.render(messages[:at], tools, add_generation_prompt=True)
            through = self.render(messages[: at + 1], tools)
            if through.startswith(before) and text.startswith(through):
                return len(before), len(through)
            raise Refused(f"message {at + 1}: the call of a tool cannot be found in what the chat template writes")
        if not message["content"].strip():
            raise Refused(f"message {at + 1}: the answer is empty")
        marked = self.render([*messages[:at], {**message, "content": MARK}, *messages[at + 1 :]], tools)
        before, _, behind = marked.partition(MARK)
        if self.prompt and self.prompt in before:
            # What a model writes itself begins behind the prompt for it: some templates begin an answer with a text of their own.
            before = before[: before.rindex(self.prompt) + len(self.prompt)]
        start, end = len(before), len(text) - len(behind)
        last_line = message["content"].strip().splitlines()[-1].strip()
        if not (start < end and text.startswith(before) and text.endswith(behind) and last_line in text[start:end]):
            raise Refused(f"message {at + 1}: the answer cannot be found in what the chat template writes")
        return start, end + len(self.end) if self.end and behind.startswith(self.end) else end


# Tokens


def tokenized(files, tokenizer, limit, answers_only=True, tell=lambda count: None):
    """Rows of the files as tokens, cut at `limit`. Raises Refused that names the first rows that cannot be trained.

    files: (path, name) each
    """
    if not tokenizer.is_fast:
        raise Refused("the tokenizer of the model tells no places in a text: a `tokenizer.json` is needed")
    writer, made, refused, waiting = Writer(tokenizer), Rows(), [], []
    for path, name in files:
        for place, row in read_rows(path, name):
            try:
                text, spans = writer.write(row)
                has_whole_characters(text)
                waiting.append((place, text, spans))
            except Refused as error:
                refused.append(f"{place}: {error}")
            if len(waiting) == 1000:
                add_tokens(made, writer, waiting, limit, answers_only)
                tell(len(made.rows))
                waiting = []
    add_tokens(made, writer, waiting, limit, answers_only)
    if refused:
        more = f" and {len(refused) - 3} more" if len(refused) > 3 else ""
        raise Refused("; ".join(refused[:3]) + more)
    return made


def has_whole_characters(text):
    """Raises Refused for half of a surrogate pair, which JSON can write and no tokenizer takes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused("it has half of a character, `\\u%04x`" % ord(text[error.start])) from error


def add_tokens(made, writer, texts, limit, answers_only):
    if not texts:
        return
    # The template wrote the special tokens already: none is added but a BOS that the tokenizer would write and the text lacks.
    coded = writer.tokenizer([text for _, text, _ in texts], add_special_tokens=False, return_offsets_mapping=True)
    for (place, text, spans), ids, offsets in zip(texts, coded["input_ids"], coded["offset_mapping"]):
        if writer.adds_bos and not text.startswith(writer.bos):
            ids, offsets = [writer.tokenizer.bos_token_id, *ids], [(0, 0), *offsets]
        answers = ranges_of(offsets, spans) if answers_only else [(0, len(ids))]
        if len(ids) > limit:
            answers = [(start, min(end, limit)) for start, end in answers if start < limit]
            ids = ids[:limit]
            made.cut += 1
            made.first_cut = made.first_cut or place
        if answers:
            made.rows.append(Row(array("i", ids), answers))
        else:
            made.left_out += 1


def ranges_of(offsets, spans):
    """Ranges of tokens that lie in the spans, in part at least: a token may hold the blank before an answer."""
    ranges, at = [], 0
    for start, end in spans:
        while at < len(offsets) and (offsets[at][1] <= start or offsets[at][0] == offsets[at][1]):
            at += 1
        first = at
        while at < len(offsets) and offsets[at][0] < end:
            at += 1
        if at > first:
            ranges.append((first, at))
    return ranges
