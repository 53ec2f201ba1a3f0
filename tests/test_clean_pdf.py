"""PDFs built here byte by byte: what PDFium gives for known lines at known places."""

from __future__ import annotations

import re
import threading

import pytest

from searchkit.clean import clean_page
from searchkit.errors import InputError
from searchkit.records import Document, Page
from tests.pages import COLLECTED


def build_pdf(pages: list[list[tuple[float, float, float, str]]], extra: str = "") -> bytes:
    """A PDF whose pages hold lines of (x, y, size, Latin-1 text)."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        marks = "".join(
            f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, size, text in lines
        )
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R"
            f" >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(marks.encode('cp1252'))} >>\nstream\n{marks}endstream")
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R {extra}>>"
    return (
        body
        + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
        + f"{trailer}\nstartxref\n{len(body)}\n%%EOF".encode()
    )


def lines_at(
    lines: list[str], top: float = 720, size: float = 11
) -> list[tuple[float, float, float, str]]:
    """Lines one under the other; "" leaves the space of one line."""
    places = [(72.0, top - 14 * row, size, text) for row, text in enumerate(lines)]
    return [place for place in places if place[3]]


def clean_pdf(body: bytes) -> Document:
    return clean_page(Page(body, "note.pdf", "application/pdf", COLLECTED))


BODY = [
    "The Foreign Minister said on Monday that the govern-",
    "ment would lift its sanc-",
    "tions when the talks",
    "resumed, and that the Foreign-",
    "Minister style of the self-",
    "styled council was over.",
    "",
    "She thanked the mediators, who had kept both delegations",
    "in one room for nine days, and left for the capital.",
]


def test_lines_are_joined_and_hyphens_mended() -> None:
    document = clean_pdf(build_pdf([lines_at(BODY)]))
    assert document.text.split("\n\n") == [
        "The Foreign Minister said on Monday that the government would lift its sanctions when the"
        " talks resumed, and that the Foreign-Minister style of the self-styled council was over.",
        "She thanked the mediators, who had kept both delegations in one room for nine days, and"
        " left for the capital.",
    ]
    assert document.language == "en"


def numbered_page(number: int) -> list[tuple[float, float, float, str]]:
    side = ("north", "east", "south", "west")[number - 1]
    sentence = f"Part {number} of the report tells how the river was shared in year {number}."
    return [
        (72, 800, 9, "Ministry of Foreign Affairs - Report 7"),
        *lines_at(
            [
                sentence,
                f"The people of the {side} asked for nothing more than that.",
            ]
        ),
        (290, 40, 9, f"Page {number} of 4"),
    ]


def test_running_heads_and_page_numbers_go_with_their_rules() -> None:
    document = clean_pdf(build_pdf([numbered_page(number) for number in range(1, 5)]))
    assert "Ministry of Foreign Affairs" not in document.text
    assert "Page" not in document.text
    assert document.text.count("tells how the river was shared") == 4
    rules = [removed.rule for removed in document.removed]
    assert rules.count("running head") == rules.count("page number") == 4


def test_a_sentence_that_runs_over_a_page_stays_whole() -> None:
    first = lines_at(
        ["The treaty was signed in Strelsau by all the states of the", "river, and it"]
    )
    second = lines_at(["entered into force in the spring of the following year."])
    document = clean_pdf(build_pdf([first, second]))
    assert document.text == (
        "The treaty was signed in Strelsau by all the states of the river, and it entered into"
        " force in the spring of the following year."
    )


def test_a_large_first_line_is_the_title() -> None:
    title = [(72.0, 760.0, 20.0, "Joint statement on the river")]
    document = clean_pdf(build_pdf([title + lines_at(BODY)]))
    assert document.title == "Joint statement on the river"
    assert document.text.startswith("The Foreign Minister said")


def test_a_list_stays_a_list() -> None:
    lines = ["The parties agree on three points of the treaty:", "1. the gauge;", "2. the water;"]
    assert clean_pdf(build_pdf([lines_at(lines)])).text.split("\n\n") == lines


def test_a_scan_has_no_text_layer() -> None:
    with pytest.raises(InputError, match=r"^note.pdf: no text layer: "):
        clean_pdf(build_pdf([[], []]))


@pytest.mark.parametrize(
    "body", [b"", b"%PDF-1.4", b"<html></html>", b"%PDF-1.7\n" + b"\x00" * 9000]
)
def test_a_broken_pdf_is_one_clear_line(body: bytes) -> None:
    with pytest.raises(InputError) as caught:
        clean_pdf(body)
    assert str(caught.value) == "note.pdf: not a readable PDF"


def outcome(body: bytes) -> str:
    try:
        return clean_pdf(body).text
    except InputError as error:
        return str(error)


def test_a_cut_pdf_is_an_error_or_its_text() -> None:
    whole = build_pdf([lines_at(BODY)])
    for cut in range(0, len(whole), 97):
        said = outcome(whole[:cut])
        assert said.startswith("The Foreign Minister") or re.fullmatch(r"note.pdf: .+", said)


def test_a_locked_pdf_says_so() -> None:
    lock = (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O ({'o' * 32}) /U ({'u' * 32}) >>"
        " /ID [(a) (b)] "
    )
    with pytest.raises(InputError) as caught:
        clean_pdf(build_pdf([lines_at(BODY)], lock))
    assert str(caught.value) == "note.pdf: the PDF is locked with a password"


def test_threads_take_turns() -> None:
    body = build_pdf([lines_at(BODY)] * 20)
    texts: list[str] = []
    threads = [
        threading.Thread(target=lambda: texts.append(clean_pdf(body).text)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 8
    assert len(set(texts)) == 1
