"""Finds texts that are nearly the same, by datasketch, and the language of some of them, by langdetect.

Reads JSON lines: first what is asked ({"near": 0.8, "languages": 400}), then one text a line. Prints JSON lines: how far it is
({"text", "done", "of"}), and at the end {"pairs": [[later, earlier], ...], "languages": [[index, "en"], ...]}.
"""

import json
import re
import sys
import zlib

# Groups of words, or of letters where a script has no blanks; a signature of 128 numbers in 16 bands of 8 finds 95 of 100 texts
# that have four fifths of their groups in common. What it finds is counted by the groups themselves.
WORDS, LETTERS = 5, 7
BANDS, ROWS = 16, 8
CANDIDATES = 20

# Shorter texts have no language that could be told.
LETTERS_NEEDED = 60
SURE = 0.99


def tell(text, done, of):
    print(json.dumps({"text": text, "done": done, "of": of}), flush=True)


def groups(text):
    words = text.lower().split()
    units, size, between = (words, WORDS, " ") if len(words) * 15 > len(text) else ("".join(words), LETTERS, "")
    return {between.join(units[at : at + size]).encode("utf-8", "replace") for at in range(max(1, len(units) - size + 1))}


def near_pairs(texts, threshold):
    """Each text that is nearly an earlier one, with that one. Those are compared with no other: a thousand of a kind are one."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    permutations = MinHash(num_perm=BANDS * ROWS).permutations
    seen, pairs = set(), []
    for index, text in enumerate(texts):
        if index % 500 == 0:
            tell("near duplicates", index, len(texts))
        # The same text is a duplicate, and told as that.
        if text in seen or not text.strip():
            continue
        seen.add(text)
        mine = groups(text)
        signature = MinHash(num_perm=BANDS * ROWS, hashfunc=zlib.crc32, permutations=permutations)
        signature.update_batch(mine)
        for other in sorted(lsh.query(signature))[:CANDIDATES]:
            theirs = groups(texts[other])
            if len(mine & theirs) >= threshold * len(mine | theirs):
                pairs.append([index, other])
                break
        else:
            lsh.insert(index, signature)
    return pairs


def plain(text):
    """Without code and addresses, which have no language."""
    return re.sub(r"```.*?(?:```|$)|`[^`]*`|https?://\S+", " ", text, flags=re.S)


def languages(texts, most):
    """The language of evenly spread texts. One that is not the language of most is asked about again, in all of its text."""
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    # It draws lots otherwise, and says something else in each run.
    DetectorFactory.seed = 0

    def language(text):
        try:
            best = detect_langs(text)[0]
            return best.lang if best.prob >= SURE else None
        except LangDetectException:
            return None

    chosen = sorted({index * len(texts) // most for index in range(most)} if len(texts) > most else range(len(texts)))
    found = []
    for count, index in enumerate(chosen):
        if count % 20 == 0:
            tell("languages", count, len(chosen))
        text = plain(texts[index])
        if sum(letter.isalpha() for letter in text) >= LETTERS_NEEDED:
            found.append([index, language(text[:500])])
    known = [each for _, each in found if each]
    common = max(set(known), key=known.count) if known else None
    return [[index, each if each in (common, None) or language(plain(texts[index])) == each else None] for index, each in found]


def main():
    asked = json.loads(sys.stdin.readline())
    texts = [json.loads(line) for line in sys.stdin]
    answer = {"languages": languages(texts, asked["languages"]), "pairs": near_pairs(texts, asked["near"])}
    print(json.dumps(answer), flush=True)


main()
