"""Holds names against expressions, as PEFT does it: by Python's own `re`.

    python patterns.py < REQUEST.json

Reads `{"names": [...], "expressions": [{"text": ..., "whole": true}]}`, `whole` for `re.fullmatch`, else `re.match`. Prints a list
with, for each expression, the indices of the names that match, or what is wrong with the expression.
"""
import json
import re
import sys


def matching(expression, names):
    try:
        compiled = re.compile(expression["text"])
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    match = compiled.fullmatch if expression["whole"] else compiled.match
    return [index for index, name in enumerate(names) if match(name)]


if __name__ == "__main__":
    request = json.load(sys.stdin)
    print(json.dumps([matching(expression, request["names"]) for expression in request["expressions"]]))
