"""Which blocks of a page are its text, by rules: an outline to one verdict a block.

`judge_blocks` sees every block with its tag, the names of the boxes around it and its link
density, and gives for each the rule that removes it, or None to keep it.  It does not read
metadata and does not change a block; `model` weighs its verdicts once more.

Three looks: the names of boxes (`boxes`), the main box (the smallest that holds most of the
running text), and each block.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from searchkit.clean.boilerplate import boilerplate_rule
from searchkit.clean.boxes import (
    CJK,
    HEADINGS,
    MOST_LINKS,
    SOUND_CHARS,
    STRONG,
    WHOLE_PAGE,
    box_masses,
    box_rules,
    plain_names,
    running_chars,
)
from searchkit.clean.html import Block, Outline
from searchkit.dates import is_date_line

# The main box: go down while one child holds nearly all of the running text.
DESCEND = 0.75
LEAST_MAIN = 0.5  # of the page's running text; a chain of unclosed boxes would lose it bit by bit

# Never the main box: a page of one long paragraph and some short ones keeps them all.
_PARAGRAPH_TAGS = "p h1 h2 h3 h4 h5 h6 li dt dd tr pre caption figcaption"
PARAGRAPH_TAGS = frozenset(_PARAGRAPH_TAGS.split())
# Nor a list: the paragraphs that open and close it stand beside it.
LIST_TAGS = frozenset(("ul", "ol", "dl"))

# Nor a table of so many rows, unless one of them has most of it: then it lays out the page.
LEAST_ROWS, MOST_OF_TABLE = 3, 0.6
TABLE_DEPTH = 3  # boxes from a row up to its table

# A lead set apart from the body is one sentence at least; others are labels and sub-headlines.
LEAD_TAGS = frozenset(("p", "div", "h2", "h3"))
LEAD_WORDS, LEAD_CJK, FEW_LINKS = 8, 16, 0.3
# Key points are a list between the same: so many items, and so much in one on average.
LEAST_POINTS, POINT_WORDS, POINT_CJK = 2, 6, 12
POINT_DEPTH = 4  # boxes from the text up to its item
ENDS_SENTENCE = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*$")

# Boxes of pictures, and of labels at the edge of the text (date, place, section).
PICTURE = re.compile(
    r"(?<![a-z])(?:media|photos?|images?|pictures?|pics?|img|imginline|fotos?|bild)(?![a-z])|caption"
)
LONGEST_CAPTION = 400
CAPTION_TAGS = frozenset(("p", "div", "figure"))
EDGE = re.compile(
    r"(?<![a-z])(?:time|date|datetime|place|location|dateline|kicker|eyebrow|overline|category)(?![a-z])"
)
EDGE_WORDS = 8
TIME_ALONE = re.compile(r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?")


def _main_box(outline: Outline, masses: list[float]) -> int:
    """The smallest box that holds nearly all running text of the box around it."""
    best = 0
    own = Counter(block.box for block in outline.blocks)
    parents = {box.parent for box in outline.boxes}
    listings = _listings(outline, masses)
    children: dict[int, list[int]] = {}
    for number, box in enumerate(outline.boxes):
        part = box.tag in PARAGRAPH_TAGS or number in listings
        if not part and (number in parents or own[number] > 1):
            children.setdefault(box.parent, []).append(number)
    while inside := children.get(best):
        heaviest = max(inside, key=masses.__getitem__)
        least = max(DESCEND * masses[best], LEAST_MAIN * masses[0])
        if masses[heaviest] < least or masses[heaviest] == 0:
            break
        best = heaviest
    return best


def _listings(outline: Outline, masses: list[float]) -> set[int]:
    """Lists, tables of rows, and boxes round nothing but one of these."""
    boxes = outline.boxes
    lists = {number for number, box in enumerate(boxes) if box.tag in LIST_TAGS}
    lists |= _row_tables(outline, masses)
    blocks = [0] * len(boxes)
    for block in outline.blocks:
        blocks[block.box] += 1
    for number in range(len(boxes) - 1, 0, -1):
        if (parent := boxes[number].parent) >= 0:
            blocks[parent] += blocks[number]
    around = {(number, boxes[number].parent) for number in lists}
    return lists | {up for number, up in around if up >= 0 and blocks[up] == blocks[number]}


def _row_tables(outline: Outline, masses: list[float]) -> set[int]:
    """The tables of rows, none of them most of the table: those that lay out no page."""
    rows: dict[int, list[float]] = {}
    for number in {block.box for block in outline.blocks if block.tag == "tr"}:
        near = islice(_ancestors(outline, number), TABLE_DEPTH)
        table = next((n for n in near if outline.boxes[n].tag == "table"), -1)
        rows.setdefault(table, []).append(masses[number])
    return {
        table
        for table, sizes in rows.items()
        if table >= 0 and len(sizes) >= LEAST_ROWS and max(sizes) <= MOST_OF_TABLE * masses[table]
    }


def _inside(outline: Outline, main: int) -> list[bool]:
    """For each box whether it is in the main box, or in a twin beside it.

    A body cut into sections of one class loses none of them.
    """
    like = outline.boxes[main]
    alone = like.tag in WHOLE_PAGE
    inside: list[bool] = []
    for number, box in enumerate(outline.boxes):
        twin = (box.parent, box.tag, box.names) == (like.parent, like.tag, like.names)
        own = number == main or (twin and not alone)
        inside.append(own or (box.parent >= 0 and inside[box.parent]))
    return inside


def _keep_lead(outline: Outline, rules: list[str | None], headline: int) -> None:
    """A sentence that stands between the headline and the main box is text."""
    first = next((place for place, rule in enumerate(rules) if rule is None), 0)
    if headline < 0:
        return
    for place in range(headline + 1, first):
        block = outline.blocks[place]
        if rules[place] == "outside" and block.tag in LEAD_TAGS and _is_sentence(block):
            rules[place] = None
    _keep_points(outline, rules, range(headline + 1, first))


def _keep_points(outline: Outline, rules: list[str | None], places: range) -> None:
    """A list of sentences, or headings as long, that stands there is text: its key points."""
    lists: dict[int, list[int]] = {}
    for place in places:
        if (around := _list_around(outline, outline.blocks[place].box)) >= 0:
            lists.setdefault(around, []).append(place)
    for points in lists.values():
        blocks = [outline.blocks[place] for place in points]
        words = sum(len(block.text.split()) for block in blocks)
        signs = sum(len(CJK.findall(block.text)) for block in blocks)
        if (
            len(points) >= LEAST_POINTS
            and max(words / POINT_WORDS, signs / POINT_CJK) >= len(points)
            and all(rules[place] == "outside" for place in points)
            and all(block.link_density < FEW_LINKS for block in blocks)
        ):
            for place in points:
                rules[place] = None


def _list_around(outline: Outline, number: int) -> int:
    """The list of the item that a box is, or is in; -1 outside of lists."""
    near = islice(_ancestors(outline, number), POINT_DEPTH)
    item = next((n for n in near if outline.boxes[n].tag == "li"), -1)
    return outline.boxes[item].parent if item >= 0 else -1


def _is_sentence(block: Block) -> bool:
    """Whether a block is one sentence or more, and few of its words are links."""
    return (
        block.link_density < FEW_LINKS
        and (len(block.text.split()) >= LEAD_WORDS or len(CJK.findall(block.text)) >= LEAD_CJK)
        and bool(ENDS_SENTENCE.search(block.text))
    )


def _picture_rule(outline: Outline, block: Block) -> str | None:
    """Short text alone in a box called after pictures is a caption."""
    names = outline.boxes[block.box].names
    if block.tag in CAPTION_TAGS and names and len(block.text) < LONGEST_CAPTION:
        return "caption" if PICTURE.search(plain_names(names)) else None
    return None


def _block_rule(block: Block) -> str | None:
    if rule := boilerplate_rule(block.text):
        return rule
    if block.link_density > MOST_LINKS and block.tag not in ("p", "blockquote"):
        return "links"
    return "byline" if TIME_ALONE.fullmatch(block.text) else None


def _drop_lone_headings(outline: Outline, rules: list[str | None]) -> None:
    """A heading over nothing but removed blocks goes with them."""
    over: str | None = None
    followed = False
    for place in range(len(rules) - 1, -1, -1):
        block = outline.blocks[place]
        if rules[place] is not None:
            over = rules[place]
        elif block.tag in HEADINGS and not followed:
            rules[place] = over or "heading"
        else:
            followed = True
        if block.tag in HEADINGS:
            followed = rules[place] is None and followed


# A by-line above the text: "By Ana Example, Example News Agency".
BYLINE = re.compile(
    r"(?:by|von|par|por|story by|written by|автор:?)\s+[^\W\d_a-zа-яё][^.!?]{2,80}$",
    re.I,
)
DATE_WORDS, LONGEST_DATE_LINE = 9, 100
DATE_REACH = 8  # blocks above the text
LEAD_REACH = 6  # blocks between a lead and the text: the date may stand there
# So much of the running text may stand above the headline: a banner, never the text.
ABOVE_HEADLINE = 0.4
ABOVE_TITLE = 0.7  # where the heading repeats the page's title it may be more: lists of news

# A heading that prints the title: so alike are their words, so long it may be.
LIKE_TITLE, H1_BONUS, LONGEST_HEADLINE = 0.6, 0.2, 300
TITLE_TAGS = frozenset(("h1", "h2", "h3", "div", "p", "td", "header"))
WORD = re.compile(r"\w+")


def _is_credit_line(block: Block) -> bool:
    """Whether a short block is a date or a by-line and nothing else."""
    if len(block.text) > LONGEST_DATE_LINE or len(block.text.split()) > DATE_WORDS:
        return False
    return bool(BYLINE.match(block.text)) or is_date_line(block.text)


def _is_edge_label(outline: Outline, block: Block) -> bool:
    """Whether a short block stands in a box called after dates, places or sections."""
    names = outline.boxes[block.box].names
    return (
        bool(names)
        and len(block.text.split()) <= EDGE_WORDS
        and bool(EDGE.search(plain_names(names)))
    )


def find_headline(outline: Outline, title: str | None) -> int:
    """The place of the heading that prints the title, else of the first h1, else -1."""
    blocks = outline.blocks
    best, most = -1, LIKE_TITLE
    wanted = set(WORD.findall((title or "").casefold()))
    if len(wanted) > 1:
        for place, block in enumerate(blocks):
            if not wanted or len(block.text) > LONGEST_HEADLINE or block.tag not in TITLE_TAGS:
                continue
            words = set(WORD.findall(block.text.casefold()))
            likeness = len(words & wanted) / len(words | wanted) if words else 0.0
            likeness += H1_BONUS * (block.tag == "h1") - block.link_density / 2
            if likeness > most:
                best, most = place, likeness
    if best >= 0:
        return best
    return next((place for place, block in enumerate(blocks) if block.tag == "h1"), -1)


def _other_articles(outline: Outline, headline: int) -> list[bool]:
    """For each box whether it is in an article element beside the headline's own."""
    boxes = outline.boxes
    others = [False] * len(boxes)
    around = set(_ancestors(outline, outline.blocks[headline].box)) if headline >= 0 else set()
    articles = [number for number in around if boxes[number].tag == "article"]
    if not articles:
        return others
    own = [False] * len(boxes)
    for number, box in enumerate(boxes):
        own[number] = number == max(articles) or (box.parent >= 0 and own[box.parent])
        apart = box.tag == "article" and number not in around and not own[number]
        others[number] = apart or (box.parent >= 0 and others[box.parent])
    text = sum(running_chars(b) for b in outline.blocks if own[b.box] and b.tag not in HEADINGS)
    return others if text >= SOUND_CHARS else [False] * len(boxes)


def _ancestors(outline: Outline, number: int) -> Iterator[int]:
    while number >= 0:
        yield number
        number = outline.boxes[number].parent


def _top(outline: Outline, kept: list[int], text: list[int], headline: int) -> int:
    """The place of the headline over most of the running text, -1 where there is none."""
    blocks = outline.blocks
    share = ABOVE_HEADLINE
    top = next((place for place in kept if blocks[place].tag == "h1"), None)
    if top is None and headline in kept:
        top, share = headline, ABOVE_TITLE
    if top is None:  # old pages have one h2 for it; several are those of sections
        seconds = [place for place in kept if blocks[place].tag == "h2"]
        first = seconds[0] if len(seconds) == 1 and seconds[0] < text[0] else -1
        return first if first < 0 or not _is_sentence(blocks[first]) else -1
    total = sum(running_chars(blocks[place]) for place in text)
    before = sum(running_chars(blocks[place]) for place in text if place < top)
    return top if before <= share * total else -1


def _trim_edges(outline: Outline, rules: list[str | None], headline: int) -> None:
    """The headline and what is above it, and dates and by-lines around the text, go."""
    kept = [place for place, rule in enumerate(rules) if rule is None]
    blocks = outline.blocks
    running = [p for p in kept if blocks[p].tag not in HEADINGS and running_chars(blocks[p])]
    if not running:
        return
    top = _top(outline, kept, running, headline)
    below = [place for place in running if place > top] or running
    begin = below[1] if len(below) > 1 and below[1] - below[0] <= LEAD_REACH else below[0]
    for place in kept:
        if place < top:
            rules[place] = "above headline"
        elif place == top:
            rules[place] = "title"
        elif not begin < place < running[-1] and (
            _is_credit_line(blocks[place]) or _is_edge_label(outline, blocks[place])
        ):
            rules[place] = "byline"


def printed_date(outline: Outline, rules: list[str | None]) -> str | None:
    """The line with the date that stands by the headline, above the text; None without one."""
    blocks = outline.blocks
    kept = (place for place, rule in enumerate(rules) if rule is None)
    begin = next(
        (p for p in kept if blocks[p].tag not in HEADINGS and running_chars(blocks[p])),
        0,
    )
    for block in blocks[max(0, begin - DATE_REACH) : begin]:
        if line := _leading_date(block.text):
            return line
    return None


def _leading_date(text: str) -> str | None:
    """The date with which a label begins: "13 March 2024, 18:05 Views: 1204"."""
    if len(text) > LONGEST_DATE_LINE:
        return None
    words = text.split(" | ")[0].split()
    if len(words) > DATE_WORDS:
        return None
    heads = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    return next(filter(is_date_line, heads), None)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say: ``rules`` a block (None keeps it), and what led to them.

    ``by_name`` holds the rule of each box, ``inside`` tells for each box whether it is in the
    main one; ``headline`` is the place of the block with the headline, -1 where none is known.
    """

    rules: list[str | None]
    by_name: list[str | None]
    inside: list[bool]
    headline: int


def judge_blocks(outline: Outline, title: str | None = None) -> Judged:
    """The verdict of the rules on each block.

    Where the names of boxes leave no running text, only the strong ones are heeded.
    """
    by_name = box_rules(outline)
    judged = _judge(outline, by_name, title)
    if gives_text(outline, judged.rules):
        return judged
    strong = [rule if rule in STRONG or rule == "hidden" else None for rule in by_name]
    looser = _judge(outline, strong, title)
    return looser if None in looser.rules else judged


def gives_text(outline: Outline, rules: list[str | None]) -> bool:
    """Whether verdicts keep any running text."""
    return any(
        rule is None and running_chars(block)
        for block, rule in zip(outline.blocks, rules, strict=True)
    )


def _judge(outline: Outline, by_name: list[str | None], title: str | None) -> Judged:
    headline = find_headline(outline, title)
    others = _other_articles(outline, headline)
    rules = [
        by_name[block.box]
        or ("other article" if others[block.box] else None)
        or _block_rule(block)
        or _picture_rule(outline, block)
        for block in outline.blocks
    ]
    inside = _inside(outline, _main_box(outline, box_masses(outline, rules)))
    rules = [
        rule or (None if inside[block.box] else "outside")
        for block, rule in zip(outline.blocks, rules, strict=True)
    ]
    _keep_lead(outline, rules, headline)
    _trim_edges(outline, rules, headline)
    _drop_lone_headings(outline, rules)
    return Judged(rules, by_name, inside, headline)
