"""HTML source to an outline: blocks of text in page order and the boxes they stand in.

In come the decoded characters of a page, out goes an `Outline`; nothing is judged here
(`judge` does) and no metadata is read (`metadata` does).  Pages are hostile: sizes, depths
and attributes are bounded before the parser sees them, control characters and references
to them are taken out, and the walk is a loop, never a recursion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import Any

from lxml import etree

from searchkit.clean.bounds import check_chars, check_paragraphs, check_tags
from searchkit.clean.encoding import INVISIBLE

# libxml2 gives up without raising at 2,048 open elements; real pages stay below 100.
DEEPEST = 500
# Above a few thousand attributes in one tag libxml2's check for doubles takes seconds.
MOST_ATTRIBUTES = 200
LONG_TAG_CHARS = 2000

# A whole tag, quoted ">" included; never fails once begun, so a scan is linear.
TAG = re.compile(r"""<[a-zA-Z/!](?:[^"'>]++|"[^"]*"|'[^']*'|["'])*+>?""")
TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,30})")
ATTRIBUTE = re.compile(r"""[\s/]*[^\s>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']*))?|[\s/]+""")
ATTRIBUTES = re.compile(f"(?:{ATTRIBUTE.pattern})*+")
NUMBER_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
LONGEST_REFERENCE = len("&#x0010FFFF;")
COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.S)
# Content that is no text; each with its own end tag, so that the scan stays linear.
RAW_CONTENT = re.compile(
    r"<(?:script\b.*?(?:</script[^>]*>|$)|style\b.*?(?:</style[^>]*>|$)"
    r"|noscript\b.*?(?:</noscript[^>]*>|$)|template\b.*?(?:</template[^>]*>|$)"
    r"|head\b.*?(?:</head[^>]*>|(?=<body)|$))",
    re.S | re.I,
)
# All that one space stands for, but not that one space: most words have just it between them.
ANY_SPACE = re.compile(r"\s{2,}|[^\S ]")

_VOID = "area base br col embed hr img input link meta source track wbr"
VOID = frozenset(_VOID.split())

# Elements that begin a new block of text; all others are inline.
_BLOCKS = (
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main"
    " menu nav noscript ol p pre section summary table tbody tfoot thead tr ul caption"
    " option td th amp-accordion"
)
BLOCKS = frozenset(_BLOCKS.split())
CELLS = frozenset(("td", "th"))
# Never text of the page.  `form` is not here: old servers wrap the whole page in one.
_SKIPPED = (
    "script style noscript template iframe object embed svg math canvas video audio select"
    " option button input textarea head map datalist progress meter applet noembed"
    " frameset rt rp"
)
SKIPPED = frozenset(_SKIPPED.split())
# Hidden by markup; what a script shows later cannot be known, so it is judged, not dropped.
# An inline element of these classes is for screen readers or for a mouse that rests on a name.
HIDDEN_CLASSES = frozenset(
    "hidden sr-only visually-hidden visuallyhidden screen-reader-text screenreader offscreen"
    " element-invisible tooltiptext".split()
)
HOVER = re.compile(r"(?:tooltip|rollover|popover)[\w-]*(?:block|content|text|body|panel)\b", re.I)
HIDEABLE = frozenset("span a i em b strong small sup sub label".split())
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)

BREAKS = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
# One <br> parts paragraphs only where a sentence has ended and another begins.
SENTENCE_BREAK = re.compile(r"(?<=[.!?:…”\"»])[^\S\n]*\n\s*(?=[\"“«„‘(–—-]?\s?[^\W_a-zа-яё])")


@dataclass(frozen=True, slots=True)
class Box:
    """One block element: its place in the list is its number, ``parent`` a smaller one."""

    parent: int
    tag: str
    names: str = ""  # class, id, role and the like, as written
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item or table row, as it stands on the page.

    ``box`` is the number of the element that holds it; ``link_density`` the share of its
    characters that are link text.
    """

    text: str
    tag: str
    box: int
    link_density: float


@dataclass(slots=True)
class Outline:
    """The page's blocks in order and its boxes."""

    blocks: list[Block] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


def clean_source(source: str) -> str:
    """Source without raw controls, references to them, or tags of absurd length.

    Raises TooMuch where it has too many tags.

    >>> clean_source("a&#27;b&#150;c\\x1b&#x41;")
    'ab–cA'
    """
    return _bound_attributes(NUMBER_REFERENCE.sub(_reference, INVISIBLE.sub("", source)))


def _reference(match: re.Match[str]) -> str:
    """What a numeric reference stands for; a longer one is no character's."""
    return _character(*match.group(0, 1, 2)) if len(match[0]) <= LONGEST_REFERENCE else ""


@lru_cache(maxsize=4096)
def _character(reference: str, hexadecimal: str | None, decimal: str | None) -> str:
    """The character of a numeric reference as browsers read it, nothing for a control."""
    digits = hexadecimal or decimal or ""
    code = int(digits, 16 if hexadecimal else 10) if len(digits) <= 8 else 0
    if code in (0x22, 0x26, 0x27, 0x3C, 0x3E):
        return reference  # a mark that markup would read
    if 0x80 <= code <= 0x9F:
        return bytes([code]).decode("cp1252", "ignore")
    if code > 0x10FFFF:
        return ""
    return INVISIBLE.sub("", chr(code))


def _bound_attributes(source: str) -> str:
    """Tags keep their first attributes; only tags of unusual length are looked into."""
    parts, begin, place, count = [], 0, 0, 0
    while match := TAG.search(source, place):
        place = match.end()
        count += 1
        check_tags(count)
        if place - match.start() <= LONG_TAG_CHARS:
            continue
        enough, place = _tag_end(source, match.start())
        if enough < place:
            parts.append(source[begin:enough] + " ")
            begin = place
    return "".join([*parts, source[begin:]])


def _tag_end(source: str, start: int) -> tuple[int, int]:
    """Where a tag has enough attributes, and where it ends (at its ">" or the source's end)."""
    name = TAG_NAME.match(source, start)
    enough = name.end() if name else start + 2
    for _ in range(MOST_ATTRIBUTES):
        if not (attribute := ATTRIBUTE.match(source, enough)):
            return enough, enough
        enough = attribute.end()
    rest = ATTRIBUTES.match(source, enough)
    return enough, rest.end() if rest else enough


def parse_tree(source: str) -> Any:
    """The tree of a cleaned source, None where there is none.

    The parser stops silently at its own depth limit; the source is then flattened first.
    """
    root, limited = _parse(source)
    if limited:
        root, _ = _parse(flatten(source))
    return root


def _parse(source: str) -> tuple[Any, bool]:
    parser = etree.HTMLParser(
        huge_tree=True,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # nothing there, or nothing that libxml2 takes for HTML
        root = None
    limited = any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log)
    return root, limited


def flatten(source: str) -> str:
    """Source whose elements nest no deeper than the bound; deeper tags become line breaks."""
    depth = open_tags = broken = 0  # broken: where the last tag ended that became a break

    def replace(match: re.Match[str]) -> str:
        nonlocal depth, open_tags, broken
        name = TAG_NAME.match(match[0])
        if not name or name[2].lower() in VOID or match[0].endswith("/>"):
            return match[0]
        depth = max(0, depth + (-1 if name[1] else 1))
        open_tags = depth + (1 if name[1] else 0)
        if open_tags <= DEEPEST:
            return match[0]
        if name[2].lower() not in BLOCKS:
            return " "
        again, broken = match.start() == broken, match.end()
        return "" if again else "<br><br>"

    return TAG.sub(replace, source)


class _Walk:
    """One pass over the tree: collects inline text and closes a block at each block element."""

    def __init__(self) -> None:
        self.outline = Outline()
        self.stack: list[int] = []
        self.pieces: list[str] = []
        self.linked = 0
        self.links = 0
        self.chars = 0
        self.row_depth = 0
        self.veiled: Any = None
        self.asides: list[tuple[str, Box]] = []

    def run(self, root: Any) -> Outline:
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            tag = element.tag
            if not isinstance(tag, str):
                continue
            if event == "start":
                if tag in SKIPPED or (tag in HIDEABLE and self.veil(tag, element)):
                    events.skip_subtree()
                else:
                    self.start(tag, element)
            else:
                if element is self.veiled:
                    self.veiled = None
                elif tag not in SKIPPED:
                    self.end(tag)
                if element.tail:
                    self.add(element.tail)
        self.flush()
        return self.outline

    def start(self, tag: str, element: Any) -> None:
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "a":
            self.links += 1
        elif tag in CELLS and self.row_depth:
            self.pieces.append(" ")
        elif tag in BLOCKS:
            self.flush()
            self.open_box(tag, element)
        if element.text:
            self.add(element.text)

    def veil(self, tag: str, element: Any) -> bool:
        """Put a hidden inline element aside; whether it is one."""
        names = element.get("class") or ""
        style = element.get("style")
        if not (
            element.get("hidden") is not None
            or (style and HIDDEN_STYLE.search(style))
            or (
                names
                and ":" not in names
                and (not HIDDEN_CLASSES.isdisjoint(names.split()) or HOVER.search(names))
            )
        ):
            return False
        text = ANY_SPACE.sub(" ", " ".join(element.itertext())).strip()
        parent = self.stack[-1] if self.stack else -1
        if text:
            self.asides.append((text, Box(parent, tag, names[:500], True)))
        self.veiled = element
        return True

    def open_box(self, tag: str, element: Any) -> None:
        get = element.get
        names = " ".join(
            filter(
                None,
                (
                    get("class"),
                    get("id"),
                    get("role"),
                    get("itemprop"),
                    get("data-component"),
                ),
            )
        )
        hidden = get("hidden") is not None or bool(
            (style := get("style")) and HIDDEN_STYLE.search(style)
        )
        parent = self.stack[-1] if self.stack else -1
        self.stack.append(len(self.outline.boxes))
        self.outline.boxes.append(Box(parent, tag, names[:500], hidden))
        if tag == "tr" and not self.row_depth and not _holds_blocks(element):
            self.row_depth = len(self.stack)

    def end(self, tag: str) -> None:
        if tag == "a":
            self.links = max(0, self.links - 1)
        elif tag in CELLS and self.row_depth:
            self.pieces.append(" ")
        elif tag in BLOCKS:
            self.flush()
            if self.row_depth == len(self.stack):
                self.row_depth = 0
            if self.stack:
                self.stack.pop()

    def add(self, text: str) -> None:
        if text.isspace():
            self.pieces.append(" ")
            return
        self.chars += len(text)
        check_chars(self.chars)
        plain = ANY_SPACE.sub(" ", text)
        self.pieces.append(plain)
        if self.links:
            self.linked += len(plain.strip())

    def flush(self) -> None:
        """Close the block: its text, split where two line breaks or a sentence part it."""
        if self.pieces:
            self.close("".join(self.pieces))
        for text, box in self.asides:
            self.outline.blocks.append(Block(text, box.tag, len(self.outline.boxes), 0.0))
            self.outline.boxes.append(box)
        self.asides = []
        check_paragraphs(len(self.outline.blocks))

    def close(self, text: str) -> None:
        bare = text.strip()
        density = min(1.0, self.linked / max(1, len(bare)))
        self.pieces, self.linked = [], 0
        number = self.stack[-1] if self.stack else 0
        tag = self.outline.boxes[number].tag if self.outline.boxes else "body"
        for paragraph in _paragraphs(bare):
            if whole := ANY_SPACE.sub(" ", paragraph).strip():
                self.outline.blocks.append(Block(whole, tag, number, density))


def _paragraphs(text: str) -> list[str]:
    """A block's text parted at two line breaks, and at one that a sentence ends before."""
    if "\n" not in text:
        return [text]
    return [whole for part in BREAKS.split(text) for whole in SENTENCE_BREAK.split(part)]


def _holds_blocks(row: Any) -> bool:
    """Whether a table row lays out a page: some cell holds a block element."""
    return any(
        isinstance(e.tag, str) and e.tag in BLOCKS and e.tag not in CELLS and e is not row
        for e in row.iter()
    )


def outline_page(root: Any) -> Outline:
    """Blocks and boxes of a tree, in page order.

    Raises TooMuch where there are more characters or blocks than in any statement.
    """
    return _Walk().run(root)


def strip_tags(source: str) -> str:
    """The visible characters of a source by plain substitution, blocks on lines of their own.

    >>> strip_tags("<title>x</title><p>One &amp; two<p>three<script>var x</script>")
    'x\\n\\nOne & two\\n\\nthree'
    """
    bare = RAW_CONTENT.sub(" ", COMMENT.sub(" ", source))

    def space(match: re.Match[str]) -> str:
        name = TAG_NAME.match(match[0])
        tag = name[2].lower() if name else ""
        return "\n\n" if tag in BLOCKS or tag in ("br", "title") else ""

    lines = unescape(TAG.sub(space, bare)).split("\n")
    paragraphs = (ANY_SPACE.sub(" ", line).strip() for line in lines)
    return INVISIBLE.sub("", "\n\n".join(filter(None, paragraphs)))
