"""URLs: one page has one name, two pages never share one."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.urls import (
    canonical_url,
    document_id,
    redact_url,
    site_of,
    split_url,
    url_key,
)

DATA = Path(__file__).parents[1] / "../shared/data"

hosts = st.sampled_from(
    ["mfa.example", "WWW.Mfa.Example", "bücher.example", "xn--bcher-kva.example", "[2001:DB8::1]"]
)
segments = st.text(alphabet="aZ09.~-_%/;=:@ é\\()", max_size=12)
parameters = st.lists(
    st.tuples(
        st.sampled_from(["id", "utm_source", "UTM_x", "fbclid", "q", "a[]", "amp;utm_id", ""]),
        st.text(alphabet="aZ0%2Ff+ é=;", max_size=5),
    ),
    max_size=4,
)


@st.composite
def web_urls(draw: st.DrawFn) -> str:
    scheme = draw(st.sampled_from(["http", "HTTPS", "https"]))
    port = draw(st.sampled_from(["", ":", ":80", ":443", ":8080"]))
    path = "".join("/" + draw(segments) for _ in range(draw(st.integers(0, 4))))
    query = "&".join(f"{name}={value}" for name, value in draw(parameters))
    end = draw(st.sampled_from(["", "?", "?" + query, "?" + query + "#top", "#top"]))
    return f"{scheme}://{draw(hosts)}{port}{path}{end}"


@given(web_urls() | st.text() | st.text().map("http://mfa.example/".__add__))
def test_canonical_and_key_are_idempotent(url: str) -> None:
    canonical, key = canonical_url(url), url_key(url)
    assert canonical_url(canonical) == canonical
    assert url_key(key) == key
    assert url_key(canonical) == key
    assert (split_url(url) is None) == (split_url(canonical) is None)


@given(web_urls())
def test_a_canonical_url_is_plain_ascii(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical.isascii()
    assert canonical.isprintable()
    assert " " not in canonical
    assert "#" not in canonical


@given(web_urls(), st.from_regex(r"utm_[a-z]{1,9}=[a-z0-9]{0,9}", fullmatch=True))
def test_a_campaign_makes_no_second_page(url: str, campaign: str) -> None:
    bare = url.partition("#")[0].strip()
    tracked = bare + ("&" if "?" in bare else "?") + campaign + "#summit"
    assert url_key(tracked) == url_key(bare)


@given(st.text(alphabet="abcXYZ019", min_size=1), st.text(alphabet="abcXYZ019", min_size=1))
def test_different_ids_stay_different(one: str, two: str) -> None:
    for form in (
        "https://mfa.example/a?id={}",
        "https://mfa.example/{}",
        "https://mfa.example/{}/",
    ):
        assert (url_key(form.format(one)) == url_key(form.format(two))) == (one == two)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("HTTP://MFA.Example", "http://mfa.example/"),
        ("  https://mfa.example/a b ", "https://mfa.example/a%20b"),
        ("https://mfa.example/pre\nss", "https://mfa.example/press"),
        ("https://mfa.example:443/", "https://mfa.example/"),
        ("http://mfa.example:443/", "http://mfa.example:443/"),
        ("https://mfa.example.:/a", "https://mfa.example/a"),
        ("https://mfa.example?", "https://mfa.example/"),
        ("https://mfa.example?id=1", "https://mfa.example/?id=1"),
        ("https://mfa.example/a/./b/../c/..", "https://mfa.example/a/"),
        ("https://mfa.example/../../a", "https://mfa.example/a"),
        ("https://mfa.example/%2e%2E/%7euser/%c3%a9", "https://mfa.example/~user/%C3%A9"),
        ("https://mfa.example/é", "https://mfa.example/%C3%A9"),
        ("https://mfa.example/a%2fb,c%2C", "https://mfa.example/a%2Fb,c%2C"),
        ("https://mfa.example/100%", "https://mfa.example/100%25"),
        ("https:\\\\mfa.example\\a", "https://mfa.example/a"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://мид.example/", "https://xn--d1ahl.example/"),
        ("https://%6Dfa.example/", "https://mfa.example/"),
        ("https://me:pw@mfa.example/", "https://mfa.example/"),
        ("http://[2001:DB8:0::1]:80/", "http://[2001:db8::1]/"),
        ("https://mfa.example/a;jsessionid=1A2B?b=2", "https://mfa.example/a?b=2"),
        ("https://mfa.example/?PHPSESSID=1&b=2&a=1", "https://mfa.example/?b=2&a=1"),
        ("https://mfa.example/?a=1&&amp;utm_id=3&", "https://mfa.example/?a=1"),
        ("https://mfa.example/?ref=7&sid=8&source=9", "https://mfa.example/?ref=7&sid=8&source=9"),
        ("https://x.com/mfa/status/1?s=20&t=x", "https://x.com/mfa/status/1"),
        ("https://mfa.example/?s=20&t=x", "https://mfa.example/?s=20&t=x"),
    ],
)
def test_canonical_url(given: str, wanted: str) -> None:
    assert canonical_url(given) == wanted


@pytest.mark.parametrize(
    "text",
    ["", "n/a", "mfa.example/a", "ftp://mfa.example/", "javascript:alert(1)", "http://", "http:///a",
     "http://a b/", "http://mfa.example:99999/", "http://mfa.example:x/", "http://[::1", "http://℀.x/",
     "http://a..b/", "http://" + "a" * 64 + ".example/", "http://" + "é" * 5000 + "/",
     "http://[fe80::1%25eth0]/", "http://%ff/", "http://a@b@"],
)  # fmt: skip
def test_what_is_no_web_address_comes_back_as_it_is(text: str) -> None:
    assert split_url(text) is None
    assert canonical_url(text) == url_key(text) == text
    assert site_of(text) is None


def test_twins_share_a_key() -> None:
    twins = {
        "http://mfa.example/press/",
        "https://www.mfa.example/press/",
        "https://mfa.example/press/index.html",
        "https://mfa.example/press/index.htm?utm_campaign=summit#top",
        "mfa.example/press/",
    }
    assert {url_key(url) for url in twins} == {"mfa.example/press/"}
    assert url_key("http://www.mfa.example/") == url_key("https://mfa.example")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://mfa.example/Press", "https://mfa.example/press"),
        ("https://mfa.example/press/", "https://mfa.example/press"),
        ("https://mfa.example/?a=1&b=2", "https://mfa.example/?b=2&a=1"),
        ("https://mfa.example/press/index.php", "https://mfa.example/press/"),
        ("https://mfa.example/myindex.html", "https://mfa.example/my"),
        ("https://en.mfa.example/1", "https://fr.mfa.example/1"),
        ("https://www.example/", "https://example/"),
        ("https://mfa.example:8443/", "https://mfa.example/"),
    ],
)
def test_what_may_be_two_pages_has_two_keys(one: str, two: str) -> None:
    assert url_key(one) != url_key(two)


def test_site_of() -> None:
    assert site_of("http://WWW.mfa.example:8080/a") == "mfa.example"
    assert site_of("https://press.mfa.example/") == "press.mfa.example"


def test_document_id_is_short_and_stable() -> None:
    ids = {document_id(f"mfa.example/{n}") for n in range(20_000)}
    assert len(ids) == 20_000
    assert all(len(i) == 12 and set(i) <= set("abcdefghijklmnopqrstuvwxyz234567") for i in ids)
    assert document_id("\ud800") != document_id("\ud801")


@pytest.mark.parametrize(
    "url",
    [
        "https://me:CANARY@mfa.example/",
        "https://me:CAN@ARY@mfa.example/",
        "https://CANARY@mfa.example/?a=1",
        "https://mfa.example/?token=CANARY",
        "https://mfa.example/?a=1&X-Amz-Signature=CANARY&b=2",
        "https://mfa.example/a;jsessionid=CANARY",
        "https://mfa.example/#access_token=CANARY",
        "https://mfa.example/?api_key=CANARY",
        "https://mfa.example/?key=CANARY&sig=CANARY",
        "Location: //me:CANARY@mfa.example/",
    ],
)
def test_no_secret_is_left_after_redacting(url: str) -> None:
    redacted = redact_url(url)
    assert "CAN" not in redacted
    assert "ARY" not in redacted
    assert "mfa.example" in redacted
    assert redact_url(redacted) == redacted


def test_redacting_leaves_the_rest() -> None:
    url = "https://mfa.example/a@b?id=7&keyword=grain&author=x#top"
    assert redact_url(url) == url


@pytest.mark.parametrize(
    "hostile",
    ["http://a/" + "../" * 40_000, "http://a/?" + "&" * 100_000, "http://" + "@" * 100_000,
     "http://a/" + ";jsessionid" * 10_000, "?token" * 20_000, "//" * 50_000,
     "http://a?" + "%" * 100_000,
     "http://a/?" + "utm_" * 25_000, "http://a/?" + ";" * 100_000, "http://" + "a." * 50_000,
     "http://a/?" + "token" * 20_000, "http://a/" + "a/.." * 25_000],
)  # fmt: skip
def test_100_kilobytes_of_malice_cost_nothing(hostile: str) -> None:
    start = time.process_time()
    canonical_url(hostile)
    url_key(hostile)
    redact_url(hostile)
    assert time.process_time() - start < 1


def test_distinct_pages_of_the_measuring_data_have_distinct_keys() -> None:
    path = DATA / "corpora/starter.jsonl.gz"
    if not path.exists():
        pytest.skip("measuring data is not here")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        urls = {url for line in lines if (url := json.loads(line).get("url"))}
    assert len(urls) == 11_145
    assert len({canonical_url(url) for url in urls}) == len(urls)
    keys = {url_key(url) for url in urls}
    assert len(keys) == len(urls)
    assert len({document_id(key) for key in keys}) == len(keys)
