"""Which blocks of a page are its text: an outline to one verdict a block.

This is the seam where blocks are judged: `judge_blocks` sees every block with its tag, the
names of the boxes around it and its link density, and gives for each the rule that removes
it, or None to keep it.  It does not read metadata and does not change a block.

Three looks: the names of boxes (a box called "newsletter" is one, unless most of the page
is in it), the main box (the smallest that holds most of the running text), and each block.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from searchkit.clean.boilerplate import boilerplate_rule
from searchkit.clean.html import Block, Box, Outline
from searchkit.dates import is_date_line

# What boxes are called, by rule; whole words of a class or id, between dashes or case changes.
NAMES = {
    "cookie": "cookies? cookiebar cookiebanner cookieconsent consent gdpr ccpa onetrust optanon"
    " cmp-banner cmp-modal cmp-consent didomi truste privacy-notice"
    " privacy-policy privacypolicy qc-cmp legal-notice",
    "sign-up": "newsletters? signup sign-up subscribe subscription subscriptions regwall login"
    " log-in signin sign-in registration register optin opt-in mailchimp mc4wp mailing-list"
    " email-signup inbox donate donation membership",
    "share": "share shares sharing sharebar sharethis sharedaddy addthis addtoany a2a socials?"
    " social-links socialmedia share-buttons jp-relatedposts whatsapp",
    "follow": "follow follow-us followus connect",
    "related": "related relateds relatedposts relatedarticles recommended recommendations recommend"
    " recirc recirculation more-stories more-news more-from more-on morefrom read-more readmore"
    " read-next readnext trending popular most-read mostread most-popular mostpopular most-viewed"
    " also-like also-read outbrain taboola zergnet revcontent teasers? promos? up-next upnext"
    " next-article next-post latest latest-news latestnews similar see-also seealso suggested"
    " post-navigation posts-list article-list headlines yarpp crp-related jp-related in-other-news",
    "comments": "comments? disqus commentlist comment-list respond livefyre discussion replies"
    " fb-comments comments-area comments-section reply",
    "advert": "ad ads advert adverts advertisement advertisements advertising adsbygoogle dfp"
    " ad-slot sponsor sponsors sponsored promotion promotions commercial partners",
    "navigation": "nav navbar navigation menu menus breadcrumbs? pagination pager topbar toolbar"
    " sitemap skip-link skip-links masthead mainnav subnav site-header page-header global-header"
    " tag-list taglist tags topics keywords toc quick-links languages",
    "footer": "footer site-footer page-footer colophon copyright disclaimer terms",
    "sidebar": "sidebar side-bar rail right-rail rightrail left-rail right-column rightcol leftcol"
    " right-col left-col sidecol widgets widget-area sidebar-widget aside secondary",
    "byline": "byline bylines author authors author-bio author-info author-box authorbox "
    " about-author by bio timestamp publish-date pubdate published-date post-meta"
    " entry-meta article-meta metadata"
    " post-date entry-date article-date date-line published dateline-date posted-on post-info"
    " article-info reading-time read-time",
    "caption": "caption captions figcaption image-caption photo-caption wp-caption-text credit"
    " credits image-credit photo-credit media-caption gallery slideshow carousel video-player"
    " image-source",
    "overlay": "modal popup pop-up overlay lightbox tooltip toast sr-only visually-hidden"
    " visuallyhidden screen-reader-text screenreader offscreen noprint no-print hidden-print"
    " browsehappy browser-warning alert-box",
}  # fmt: skip
NAME_PATTERN = re.compile(
    r"(?<![a-z])(?:"
    + "|".join(
        f"(?P<{rule.replace('-', '_')}>{'|'.join(words.replace('-', '[-_]?').split())})"
        for rule, words in NAMES.items()
    )
    + r")(?![a-z])"
)
CASE_CHANGE = re.compile(r"(?<=[a-z])(?=[A-Z])")
# "has-sidebar", "no-ads" describe a box, "tag-cookies", "category-newsletters" its subject.
DESCRIBES = re.compile(
    r"(?:has|no|with|without|not|is|tag|category|cat|topic|section|type|format|status|hentry|js|page"
    r"|single|article-category|wf|u|t)[-_]|.*[-_](?:enabled|disabled|visible|open|on|active|true)$|\S{60,}"
)

TAG_RULES = {
    "nav": "navigation", "menu": "navigation", "footer": "footer", "aside": "sidebar",
    "figcaption": "caption", "caption": "caption", "dialog": "overlay",
}  # fmt: skip

# Boxes that are never text however long they are; the others give way to a page's only text.
STRONG = frozenset(("cookie", "comments"))
# A box called by a weak name that holds this share of the page's running text is the page.
MOST_OF_PAGE = 0.4
TIMES_FREE = 2.0  # and so many times the text outside such boxes
WRAPPER_SHARE = 0.2
# Unless an article element has so much running text of its own: a short statement beside a
# long sidebar.
SOUND_CHARS = 150
WHOLE_PAGE = frozenset(("html", "body"))
# What the box of the text itself is called; no other word in its name speaks against it.
BODY_NAMES = re.compile(
    r"(?<![a-z])(?:article|story|post|entry|news|blog|press-?release)[-_]{0,2}"
    r"(?:body|content|text)(?![-_]?(?:header|footer|meta|sidebar|bottom|top|related|ad|wrapper-ad))(?![a-z])"
)

# Running text: long, and not links.
RUNNING_CHARS, RUNNING_CJK_CHARS = 50, 15
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
MOST_LINKS = 0.5

# The main box: go down while one child holds nearly all of the running text.
DESCEND = 0.75
LEAST_MAIN = 0.5  # of the page's running text; a chain of unclosed boxes would lose it bit by bit

# Never the main box: a page of one long paragraph and some short ones keeps them all.
_PARAGRAPH_TAGS = "p h1 h2 h3 h4 h5 h6 li dt dd tr pre caption figcaption"
PARAGRAPH_TAGS = frozenset(_PARAGRAPH_TAGS.split())

# A lead paragraph set apart from the body; shorter ones are labels and sub-headlines.
LEAD_TAGS = frozenset(("p", "div", "h2"))
LEAD_CHARS, FEW_LINKS = 120, 0.3

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "legend"))


@lru_cache(maxsize=20_000)
def name_rule(names: str) -> str | None:
    """The rule that class words and ids call for, None where they say nothing.

    >>> name_rule("article__relatedStories"), name_rule("tag-cookies has-sidebar")
    ('related', None)
    """
    for word in CASE_CHANGE.sub("-", names).lower().split():
        if not DESCRIBES.match(word) and (match := NAME_PATTERN.search(word)):
            return (match.lastgroup or "").replace("_", "-")
    return None


@lru_cache(maxsize=20_000)
def is_body_name(names: str) -> bool:
    """Whether class words and ids call a box the body of the text.

    >>> is_body_name("articleBody js-x"), is_body_name("article__related")
    (True, False)
    """
    return bool(BODY_NAMES.search(CASE_CHANGE.sub("-", names).lower()))


def _own_rule(box: Box) -> str | None:
    if box.tag in WHOLE_PAGE:
        return None
    if box.hidden:
        return "hidden"
    if rule := TAG_RULES.get(box.tag):
        return rule
    return name_rule(box.names) if box.names and not is_body_name(box.names) else None


def _running(block: Block) -> float:
    """Characters of running text in a block, 0 for labels and lists of links."""
    if block.link_density > MOST_LINKS:
        return 0.0
    size = len(block.text)
    if size < RUNNING_CHARS:
        signs = len(CJK.findall(block.text))
        if signs < RUNNING_CJK_CHARS:
            return 0.0
        size += signs
    return size * (1 - block.link_density)


def _masses(outline: Outline, rules: list[str | None]) -> list[float]:
    """Running text in each box with all that it holds; a ruled block counts for nothing."""
    masses = [0.0] * len(outline.boxes)
    for block, rule in zip(outline.blocks, rules, strict=True):
        if rule is None:
            masses[block.box] += _running(block)
    for number in range(len(masses) - 1, 0, -1):
        if (parent := outline.boxes[number].parent) >= 0:
            masses[parent] += masses[number]
    return masses


def _box_rules(outline: Outline) -> list[str | None]:
    """For each box the rule of its name, or of a box around it.

    Boxes of one name are weighed together: where those called "paywall" hold most of the
    page, each paragraph of it is in one.  A box around the headline or an article is a part
    of the layout whatever it is called.
    """
    masses = _masses(outline, [None] * len(outline.blocks))
    whole = masses[0] if masses else 0.0
    own = [_own_rule(box) for box in outline.boxes]
    first = _inherit(outline, own)
    free = sum(_running(b) for b in outline.blocks if first[b.box] is None)
    in_article = _inherit(outline, ["" if _is_article(box) else None for box in outline.boxes])
    sound = sum(
        _running(b)
        for b in outline.blocks
        if first[b.box] is None and in_article[b.box] is not None and b.tag not in HEADINGS
    )
    groups = _group_masses(outline, own, masses)
    wraps = _wraps_article(outline)
    in_body = _inherit(outline, ["" if is_body_name(box.names) else None for box in outline.boxes])
    for number, rule in enumerate(own):
        if rule is None or rule in STRONG or (rule == "hidden" and in_body[number] is None):
            continue
        mass = groups.get(_group(outline, number), 0.0)
        alone = sound < SOUND_CHARS or in_article[number] is not None
        if (alone and mass > max(MOST_OF_PAGE * whole, TIMES_FREE * free)) or (
            wraps[number] and masses[number] > WRAPPER_SHARE * whole
        ):
            own[number] = None
    return _inherit(outline, own)


def _is_article(box: Box) -> bool:
    return box.tag in ("article", "main") or is_body_name(box.names)


def _wraps_article(outline: Outline) -> list[bool]:
    """For each box whether it holds a headline or an article element."""
    wraps = [box.tag in ("h1", "article", "main") for box in outline.boxes]
    for number in range(len(wraps) - 1, 0, -1):
        if wraps[number] and (parent := outline.boxes[number].parent) >= 0:
            wraps[parent] = True
    return wraps


def _group(outline: Outline, number: int) -> object:
    """What boxes weighed together share: the name, where they have one."""
    box = outline.boxes[number]
    return (box.tag, box.names, box.hidden) if box.names else number


def _group_masses(
    outline: Outline, own: list[str | None], masses: list[float]
) -> dict[object, float]:
    """Running text of all boxes of one group, none counted twice."""
    groups: dict[object, float] = {}
    nearest: list[object] = []
    for number, box in enumerate(outline.boxes):
        around = nearest[box.parent] if box.parent >= 0 else None
        group = _group(outline, number) if own[number] else around
        nearest.append(group)
        if own[number] and group != around:
            groups[group] = groups.get(group, 0.0) + masses[number]
    return groups


def _inherit(outline: Outline, own: list[str | None]) -> list[str | None]:
    """For each box its own word, else that of the nearest box around it."""
    passed: list[str | None] = []
    for box, word in zip(outline.boxes, own, strict=True):
        around = passed[box.parent] if box.parent >= 0 else None
        passed.append(word if around is None else around)
    return passed


def _main_box(outline: Outline, masses: list[float]) -> int:
    """The smallest box that holds nearly all running text of the box around it."""
    best = 0
    own = Counter(block.box for block in outline.blocks)
    parents = {box.parent for box in outline.boxes}
    children: dict[int, list[int]] = {}
    for number, box in enumerate(outline.boxes):
        if box.tag not in PARAGRAPH_TAGS and (number in parents or own[number] > 1):
            children.setdefault(box.parent, []).append(number)
    while inside := children.get(best):
        heaviest = max(inside, key=masses.__getitem__)
        least = max(DESCEND * masses[best], LEAST_MAIN * masses[0])
        if masses[heaviest] < least or masses[heaviest] == 0:
            break
        best = heaviest
    return best


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


def _keep_lead(outline: Outline, rules: list[str | None]) -> None:
    """A long first paragraph that stands between the headline and the main box is text."""
    first = next((place for place, rule in enumerate(rules) if rule is None), 0)
    headline = next((p for p in range(first - 1, -1, -1) if outline.blocks[p].tag == "h1"), first)
    for place in range(headline + 1, first):
        block = outline.blocks[place]
        long = len(block.text) >= LEAD_CHARS and _running(block) and block.link_density < FEW_LINKS
        if rules[place] == "outside" and block.tag in LEAD_TAGS and long:
            rules[place] = None


def _block_rule(block: Block) -> str | None:
    if rule := boilerplate_rule(block.text):
        return rule
    if block.link_density > MOST_LINKS and block.tag not in ("p", "blockquote"):
        return "links"
    return None


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
    r"(?:by|von|par|por|story by|written by|автор:?)\s+[^\W\d_a-zа-яё][^.!?]{2,80}$", re.I
)
DATE_WORDS, LONGEST_DATE_LINE = 9, 100
DATE_REACH = 8  # blocks above the text
# So much of the running text may stand above the headline: a banner, never the text.
ABOVE_HEADLINE = 0.4


def _is_credit_line(block: Block) -> bool:
    """Whether a short block is a date or a by-line and nothing else."""
    if len(block.text.split()) > DATE_WORDS or len(block.text) > LONGEST_DATE_LINE:
        return False
    return bool(BYLINE.match(block.text)) or is_date_line(block.text)


def _headline(outline: Outline, kept: list[int], running: list[int]) -> int:
    """The place of the h1 over most of the running text, -1 where there is none."""
    blocks = outline.blocks
    headline = next((place for place in kept if blocks[place].tag == "h1"), None)
    if headline is None:  # old pages have one h2 for it; several are those of sections
        seconds = [place for place in kept if blocks[place].tag == "h2"]
        return seconds[0] if len(seconds) == 1 and seconds[0] < running[0] else -1
    total = sum(_running(blocks[place]) for place in running)
    before = sum(_running(blocks[place]) for place in running if place < headline)
    return headline if before <= ABOVE_HEADLINE * total else -1


def _trim_edges(outline: Outline, rules: list[str | None]) -> None:
    """The headline and what is above it, and dates and by-lines around the text, go."""
    kept = [place for place, rule in enumerate(rules) if rule is None]
    blocks = outline.blocks
    running = [p for p in kept if blocks[p].tag not in HEADINGS and _running(blocks[p])]
    if not running:
        return
    headline = _headline(outline, kept, running)
    begin = next((place for place in running if place > headline), running[0])
    for place in kept:
        if place < headline:
            rules[place] = "above headline"
        elif place == headline:
            rules[place] = "title"
        elif not begin < place < running[-1] and _is_credit_line(blocks[place]):
            rules[place] = "byline"


def printed_date(outline: Outline, rules: list[str | None]) -> str | None:
    """The line with the date that stands by the headline, above the text; None without one."""
    blocks = outline.blocks
    kept = (place for place, rule in enumerate(rules) if rule is None)
    begin = next((p for p in kept if blocks[p].tag not in HEADINGS and _running(blocks[p])), 0)
    for block in blocks[max(0, begin - DATE_REACH) : begin]:
        if line := _leading_date(block.text):
            return line
    return None


def _leading_date(text: str) -> str | None:
    """The date with which a label begins: "13 March 2024, 18:05 Views: 1204"."""
    words = text.split(" | ")[0].split()
    if len(words) > DATE_WORDS or len(text) > LONGEST_DATE_LINE:
        return None
    heads = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    return next(filter(is_date_line, heads), None)


def judge_blocks(outline: Outline) -> list[str | None]:
    """For each block the rule that removes it; None keeps it.

    Where the names of boxes leave no running text, only the strong ones are heeded.
    """
    by_name = _box_rules(outline)
    rules = _judge(outline, by_name)
    if any(rule is None and _running(b) for b, rule in zip(outline.blocks, rules, strict=True)):
        return rules
    strong = [rule if rule in STRONG or rule == "hidden" else None for rule in by_name]
    looser = _judge(outline, strong)
    return looser if None in looser else rules


def _judge(outline: Outline, by_name: list[str | None]) -> list[str | None]:
    rules = [by_name[block.box] or _block_rule(block) for block in outline.blocks]
    inside = _inside(outline, _main_box(outline, _masses(outline, rules)))
    rules = [
        rule or (None if inside[block.box] else "outside")
        for block, rule in zip(outline.blocks, rules, strict=True)
    ]
    _keep_lead(outline, rules)
    _trim_edges(outline, rules)
    _drop_lone_headings(outline, rules)
    return rules
