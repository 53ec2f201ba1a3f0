"""What a user or the file of a source says about cleaning: lines to keep and drop, selectors.

`SiteRules` go into `clean_page`, which asks them about each line it would remove, and
`select_source` cuts the source of a page by CSS selectors before anything is judged.  Where
rules are written and for which site is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD = re.compile(r"\w+")


def fold_line(text: str) -> str:
    """What a line and the text a user gives of it share: words without case and marks.

    >>> fold_line("Press  Office: 12 Quay St.")
    'press office 12 quay st'
    """
    return " ".join(WORD.findall(text.casefold())) or "".join(text.split())


def _holds(line: str, texts: tuple[str, ...]) -> bool:
    if not texts:
        return False
    folded = f" {fold_line(line)} "
    return any(f" {fold_line(text)} " in folded for text in texts if text.strip())


@dataclass(frozen=True, slots=True)
class SiteRules:
    """Texts of lines to keep and to drop, and CSS selectors of the body and of what goes.

    A line is meant where it holds a text as whole words, whatever case and marks; what is
    kept is never dropped.
    """

    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    body: str | None = None
    remove: str | None = None

    def keeps(self, line: str) -> bool:
        """Whether a line stays, whatever rule would remove it."""
        return _holds(line, self.keep)

    def drops(self, line: str) -> bool:
        """Whether a line goes."""
        return _holds(line, self.drop) and not self.keeps(line)


def selector_problem(selector: str) -> str | None:
    """Why a CSS selector cannot be read, on one line; None where it can.

    >>> selector_problem("div.body > p"), selector_problem("div[")
    (None, 'Malformed attribute selector at position 3')
    """
    import soupsieve

    try:
        soupsieve.compile(selector)
    except (soupsieve.SelectorSyntaxError, ValueError) as error:
        return str(error).splitlines()[0]
    return None


def select_source(source: str, rules: SiteRules) -> str:
    """Source with only what the body's selector finds, and without what is to be removed.

    ``source`` must nest no deeper than `html.flatten` leaves it.  A body that is not on
    the page leaves all of it: a site that changed its markup loses no text.
    """
    from bs4 import BeautifulSoup  # few pages have rules: the others do not pay for it

    soup = BeautifulSoup(source, "lxml")
    if rules.remove is not None:
        for element in soup.select(rules.remove):
            if not element.decomposed:
                element.decompose()
    body = soup.body
    found = soup.select(rules.body) if rules.body is not None and body is not None else []
    # By identity: elements compare by their whole content, which is deep and slow.
    numbers = {id(part) for part in found}
    if found and body is not None and numbers.isdisjoint((id(body), id(body.parent))):
        outer = [part for part in found if not any(id(up) in numbers for up in part.parents)]
        for part in outer:
            part.extract()
        body.clear()
        body.extend(outer)
    return str(soup)
