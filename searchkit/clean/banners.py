"""How a rule for a line of boilerplate is written: its name, its triggers, its patterns.

In come the words of a rule, out goes a `Rule` that `boilerplate` tries on whole lines; the
vocabulary stands there and, for other languages than English, in `banners_foreign`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# A longer line is text; the longest banner sentence met in news pages has 58 words.
LONGEST_BANNER_WORDS = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of boilerplate.

    A pattern is tried only where a trigger stands in the small-lettered line: substring
    search is ten times cheaper, and most lines of a statement hold no trigger.
    ``words`` is the longest line that the rule may remove.
    """

    name: str
    triggers: tuple[str, ...]
    pattern: re.Pattern[str]
    words: int = LONGEST_BANNER_WORDS


def banner_rule(
    name: str, triggers: str, *patterns: str, words: int = LONGEST_BANNER_WORDS
) -> Rule:
    """A rule whose patterns each have to begin at the line's first letter or digit."""
    joined = r"[\W_]*(?:" + "|".join(f"(?:{pattern})" for pattern in patterns) + ")"
    return Rule(name, tuple(triggers.split("|")), re.compile(joined), words)


# The end of a line that is a label and not a sentence.
END = r"[\W_]*$"
# The same for single common words, which a speaker may say alone ("Back." "Next slide.").
LABEL_END = r"[^\w.?!…—]*$"
