"""Write the sample PDF, a two-page statement, with nothing but the standard library.

In goes the text below, out comes ``seeds/samples/aldecott-memorandum.pdf``: Helvetica
without an embedded font, a running header, page numbers, words hyphenated at line ends
and a paragraph that runs over the page break, as word processors make them.  The bytes
are the same at every run.  No general PDF writer: one font size, one column.
"""

from __future__ import annotations

from pathlib import Path

TARGET = Path(__file__).parent.parent / "seeds" / "samples" / "aldecott-memorandum.pdf"
HEADER = "Office of the Prime Minister of Sardovia - Statement 2024/58"
TITLE = "Statement by Prime Minister Corin Aldecott on the Sarne Memorandum"
DATE = "13 November 2024"
# A bar marks a place where a word may be divided.
PARAGRAPHS = (
    "Yesterday the foreign min|isters of Ostrenia and Valmora signed the memo|ran|dum on the "
    "Sarne in this build|ing. I wel|come it with|out reser|va|tion. It is the first pa|per on "
    "the river in fifty years that does not ask who is right.",
    "Sardovia is the lowest coun|try on the river and has learned to be pa|tient. What is "
    "stored up|stream in Janu|ary we miss in March, and what is re|leased in Au|gust we meet "
    "at our doors. We were not a party to the dis|pute, but we car|ried its weight: half-empty "
    "barges, an am|bas|sa|dor recalled, two ob|serv|ers hurt at Lower Gorna.",
    "The memo|ran|dum gives each side some|thing that costs the other little. Ostrenia keeps "
    "its dam. Valmora re|ceives the level of the reser|voir at seven every morn|ing and a "
    "let|ter ninety days before each fill|ing. I urge both govern|ments to begin the daily "
    "read|ings at once and not to wait for the com|mon gauge, which will be opened in April.",
    "My govern|ment will pay for a third of that gauge. Par|lia|ment will be asked for the "
    "money before the end of the month, and I am con|fi|dent that all par|ties will give it.",
    "I thank Secretary-General Maren Odvik, who pro|posed the gauge in March when nobody wanted "
    "to hear of it. I thank the govern|ment of Marjania, with|out whose hos|pi|tal|ity there "
    "would have been no cease|fire, and with|out the cease|fire no table to sit at.",
    "We call on Welsenland to lift its sanc|tions on the day it re|ceives the first notice, as "
    "Minister Konrad Ehlbeck prom|ised in June. A prom|ise that is kept on time is worth two "
    "that are kept late.",
    "The grain cor|ri|dor from Port Amsel has brought 610,000 tonnes of wheat to four "
    "coun|tries since April. With six metres of water in the chan|nel it can carry twice as "
    "much. We invite Ostrenia, once more and with a bet|ter hope than before, to join it.",
)
LINE_CHARS = 54
FONT_SIZE = 13
LEADING = 19
PAGE_TOP, PAGE_BOTTOM, LEFT = 720, 140, 80


def break_lines(text: str, width: int) -> list[str]:
    """Fill lines of at most ``width`` characters, dividing words at their bars.

    >>> break_lines("a memo|randum", 8)
    ['a memo-', 'randum']
    """
    lines = [""]
    for word in text.split():
        parts = word.split("|")
        gap = " " if lines[-1] else ""
        for cut in range(len(parts), -1, -1):
            head = "".join(parts[:cut]) + ("-" if 0 < cut < len(parts) else "")
            if head and len(lines[-1]) + len(gap) + len(head) <= width:
                break
        if cut:
            lines[-1] += gap + head
        if cut < len(parts):
            lines.append("".join(parts[cut:]))
    return lines


def lay_out() -> list[list[tuple[int, str]]]:
    """The lines of each page with their heights in points above the page's foot."""
    pages: list[list[tuple[int, str]]] = [[]]
    height = PAGE_TOP
    for block in (TITLE, DATE, *PARAGRAPHS):
        for line in break_lines(block, LINE_CHARS):
            if height < PAGE_BOTTOM:
                pages.append([])
                height = PAGE_TOP
            pages[-1].append((height, line))
            height -= LEADING
        height -= LEADING // 2
    return pages


def show(x: int, y: int, size: int, text: str) -> str:
    """One line of text as page-description operators."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {size} Tf {x} {y} Td ({escaped}) Tj ET"


def page_stream(lines: list[tuple[int, str]], number: int, total: int) -> bytes:
    """The content of one page: header, body and page number."""
    shown = [show(LEFT, 770, 9, HEADER)]
    shown += [show(LEFT, y, FONT_SIZE, line) for y, line in lines]
    shown.append(show(270, 40, 9, f"Page {number} of {total}"))
    return "\n".join(shown).encode("cp1252")


def pdf_objects(pages: list[list[tuple[int, str]]]) -> list[bytes]:
    """Catalogue, page tree, font, facts, then a page and its content for each page."""
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({TITLE}) /CreationDate (D:20241113090000+01'00') >>".encode(),
    ]
    for number, lines in enumerate(pages, start=1):
        stream = page_stream(lines, number, len(pages))
        content = f"{4 + 2 * number} 0 R"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return objects


def pdf_bytes(objects: list[bytes]) -> bytes:
    """The whole file: numbered objects, the table of their places, the trailer."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table)


if __name__ == "__main__":
    TARGET.write_bytes(pdf_bytes(pdf_objects(lay_out())))
    print(TARGET)
