"""What the boxes of a page are called: an outline to the rule of each box.

In come the names and tags of the boxes, out goes for each the rule that its name or tag
calls for ("newsletter", `nav`), unless most of the page's running text is in it.  Blocks
themselves are not judged here (`judge` does).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from searchkit.clean.html import Block, Box, Outline

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
    " post-navigation posts-list article-list headlines yarpp crp-related jp-related in-other-news"
    " related-links related-content related-news related-stories related-items related-topics"
    " next-story more-about",
    "comments": "comments? disqus commentlist comment-list respond livefyre discussion replies"
    " fb-comments comments-area comments-section reply",
    "advert": "ad ads advert adverts advertisement advertisements advertising adsbygoogle dfp"
    " ad-slot sponsor sponsors sponsored promotion promotions commercial partners",
    "navigation": "nav navbar navigation menu menus breadcrumbs? pagination pager topbar toolbar"
    " sitemap skip-link skip-links masthead mainnav subnav site-header page-header global-header"
    " tag-list taglist tags topics keywords toc quick-links languages",
    "footer": "footer site-footer page-footer colophon copyright disclaimer terms contentinfo",
    "sidebar": "sidebar side-bar rail right-rail rightrail left-rail right-column rightcol leftcol"
    " right-col left-col sidecol widgets widget-area sidebar-widget aside secondary"
    " complementary",
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
# Whose text speaks of cookies and consent paragraph by paragraph is such a box, however long.
# (Not of biscuits: the word alone says nothing.)
LEGAL = re.compile(
    r"privacy|\bconsent|\bopt(?:ing|ed)?[- ]?(?:out|in)\b|personal (?:data|information)"
    r"|third[- ]part"
    r"|\bcookies?\b.{0,200}(?:browser|web ?site|track|polic|prefer|setting|necessary|device)"
    r"|datenschutz|einwilligung|confidentialité|privacidad|персональны",
    re.I,
)
LEGAL_SHARE = 0.5
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
# A teaser that stands alone is the lead of the page itself.
LEAD_NAMES = re.compile(r"teaser(?:[-_]{0,2}(?:text|copy|body))?(?![a-zA-Z])")

# Running text: long, and not links.
RUNNING_CHARS, RUNNING_CJK_CHARS = 50, 15
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
MOST_LINKS = 0.5


HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "legend"))


@lru_cache(maxsize=20_000)
def plain_names(names: str) -> str:
    """Class words and ids in small letters, their parts between dashes.

    >>> plain_names("articleBody Lead")
    'article-body lead'
    """
    return CASE_CHANGE.sub("-", names).lower()


@lru_cache(maxsize=20_000)
def name_rule(names: str) -> str | None:
    """The rule that class words and ids call for, None where they say nothing.

    >>> name_rule("article__relatedStories"), name_rule("tag-cookies has-sidebar")
    ('related', None)
    """
    for word in plain_names(names).split():
        if not DESCRIBES.match(word) and (match := NAME_PATTERN.search(word)):
            return (match.lastgroup or "").replace("_", "-")
    return None


@lru_cache(maxsize=20_000)
def is_body_name(names: str) -> bool:
    """Whether class words and ids call a box the body of the text.

    >>> is_body_name("articleBody js-x"), is_body_name("article__related")
    (True, False)
    """
    return bool(BODY_NAMES.search(plain_names(names)))


def _own_rule(box: Box, times: int) -> str | None:
    """The rule of a box's name or tag; ``times`` tells how often the name stands on the page."""
    if box.tag in WHOLE_PAGE:
        return None
    if box.hidden:
        named = name_rule(box.names) if box.names and not is_body_name(box.names) else None
        return named if named in STRONG else "hidden"
    if rule := TAG_RULES.get(box.tag):
        return rule
    if not box.names or is_body_name(box.names):
        return None
    rule = name_rule(box.names)
    if rule == "related" and times == 1 and LEAD_NAMES.search(box.names):
        return None
    return rule


def running_chars(block: Block) -> float:
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


def box_masses(outline: Outline, rules: list[str | None]) -> list[float]:
    """Running text in each box with all that it holds; a ruled block counts for nothing."""
    masses = [0.0] * len(outline.boxes)
    for block, rule in zip(outline.blocks, rules, strict=True):
        if rule is None:
            masses[block.box] += running_chars(block)
    for number in range(len(masses) - 1, 0, -1):
        if (parent := outline.boxes[number].parent) >= 0:
            masses[parent] += masses[number]
    return masses


def box_rules(outline: Outline) -> list[str | None]:
    """For each box the rule of its name, or of a box around it.

    Boxes of one name are weighed together: where those called "paywall" hold most of the
    page, each paragraph of it is in one.  A box around the headline or an article is a part
    of the layout whatever it is called.
    """
    masses = box_masses(outline, [None] * len(outline.blocks))
    whole = masses[0] if masses else 0.0
    kinds = Counter((box.tag, box.names) for box in outline.boxes if box.names)
    own = [_own_rule(box, kinds[box.tag, box.names]) for box in outline.boxes]
    first = inherit(outline, own)
    free = sum(running_chars(b) for b in outline.blocks if first[b.box] is None)
    in_article = inherit(outline, ["" if _is_article(box) else None for box in outline.boxes])
    sound = sum(
        running_chars(b)
        for b in outline.blocks
        if first[b.box] is None and in_article[b.box] is not None and b.tag not in HEADINGS
    )
    groups = _group_masses(outline, own, masses)
    legal = _group_masses(
        outline,
        own,
        box_masses(
            outline, [None if first[b.box] and LEGAL.search(b.text) else "" for b in outline.blocks]
        ),
    )
    wraps = _wraps_article(outline)
    in_body = inherit(outline, ["" if is_body_name(box.names) else None for box in outline.boxes])
    for number, rule in enumerate(own):
        if rule is None or rule in STRONG or (rule == "hidden" and in_body[number] is None):
            continue
        group = _group(outline, number)
        mass = groups.get(group, 0.0)
        if rule != "hidden" and mass and legal.get(group, 0.0) > LEGAL_SHARE * mass:
            own[number] = "cookie"
            continue
        alone = sound < SOUND_CHARS or in_article[number] is not None
        if (alone and mass > max(MOST_OF_PAGE * whole, TIMES_FREE * free)) or (
            wraps[number] and masses[number] > WRAPPER_SHARE * whole
        ):
            own[number] = None
    return inherit(outline, own)


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


def inherit(outline: Outline, own: list[str | None]) -> list[str | None]:
    """For each box its own word, else that of the nearest box around it."""
    passed: list[str | None] = []
    for box, word in zip(outline.boxes, own, strict=True):
        around = passed[box.parent] if box.parent >= 0 else None
        passed.append(word if around is None else around)
    return passed
