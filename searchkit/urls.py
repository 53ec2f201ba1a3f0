"""One name for one page: URLs in, canonical URLs, twin keys and ids out.

Text goes in and text comes out; nothing is fetched or looked up, so a redirect or a
canonical link is somebody else's work.  The functions take any text: what is no web
address (``split_url`` gives None) comes back as it is, so a record with an odd "url"
costs nothing here.  Host names become punycode by the IDNA 2003 rules of the standard
library, the table of public suffixes is not consulted: a site is a host.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote

# RFC 3986 appendix B, for http and https only; browsers take a backslash for a slash.
_WEB_URL = re.compile(
    r"(?P<scheme>https?):[/\\]{2}"
    r"(?:(?P<userinfo>[^/\\?#]*)@)?"
    r"(?P<host>\[[^\]/\\?#@]*\]|[^/\\?#@:\[\]]+)"
    r"(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>[/\\][^?#]*|(?=[?#]|\Z))"
    r"(?:\?(?P<query>[^#]*))?",
    re.IGNORECASE,
)
# Browsers drop these wherever they stand (WHATWG URL, "basic URL parser").
_TAB_OR_NEWLINE = re.compile(r"[\t\r\n]+")
_EDGES = "".join(map(chr, range(0x21)))
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\Z")
_MAX_HOST = 253  # RFC 1035, 255 octets with the length bytes

_UNRESERVED = r"A-Za-z0-9._~\-"  # RFC 3986, 2.3: the same with and without percent-encoding
_IS_UNRESERVED = re.compile(rf"[{_UNRESERVED}]")
# An encoded byte, or one thing that has to be encoded (a lone "%" included).
_ENCODED_OR_ILLEGAL = re.compile(rf"%[0-9A-Fa-f]{{2}}|[^{_UNRESERVED}!$&'()*+,;=:@/?]")

# Servlet and PHP containers write the session into the path: /page;jsessionid=1A2B
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^;/]*", re.IGNORECASE)

# Parameters that say where a reader came from or who he is, never which page it is.
# Only names that no site is known to use for content: "ref", "source", "sid", "cid" and
# "id" stay, because ministries number their articles with them.
_TRACKER = re.compile(
    r"(?:utm|mtm|hsa|at_custom|itm|stm)_.*|pk_(?:campaign|kwd|keyword|source|medium|content|cid)"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|li_fat_id"
    r"|igshid|igsh|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|hsctatracking|vero_id|vero_conv"
    r"|oly_anon_id|oly_enc_id|wickedid|_openstat|srsltid|_ga|_gl|s_cid|wt\.mc_id|wt_mc"
    r"|at_(?:medium|campaign|format|link_id|link_type|link_origin|ptr_name|bbc_team)"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|guccounter|guce_referrer(?:_sig)?"
    r"|ref_src|ref_url|__twitter_impression"
    r"|jsessionid|phpsessid|aspsessionid[a-z]*|cfid|cftoken"
)
# Short names that mean sharing on one site and something else on others.
_TRACKERS_OF_SITE = {
    "twitter.com": frozenset({"s", "t", "cn"}),
    "x.com": frozenset({"s", "t", "cn"}),
    "youtube.com": frozenset({"si", "feature"}),
    "youtu.be": frozenset({"si", "feature"}),
}

_INDEX_FILE = re.compile(r"(?<=/)index\.html?\Z")

# For logs: whatever stands before the "@", and the value of each name=value.
_USERINFO = re.compile(r"(?<=//)[^/\\?#@\s]*(?:@[^/\\?#@\s]*)*@")
_PARAMETER = re.compile(r"(?P<name>[?&;#][^?&;#=]*=)(?P<value>[^&;#\s]*)")
_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|signature|session|sessid|credential|api_?key"
    r"|(?:\b|_)(?:key|sig|auth|code|jwt|otp)=",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UrlParts:
    """A web address taken apart, each part in its one normal spelling.

    ``host`` is punycode, or an IPv6 address without brackets; ``port`` is None where it
    is the scheme's own; ``path`` begins with a slash; ``query`` has no question mark.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    has_credentials: bool = False

    @property
    def netloc(self) -> str:
        """Host and port as they stand in a URL and in a Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.netloc}{self.path}{query}"


def split_url(url: str) -> UrlParts | None:
    """Take an http or https URL apart, or None where it is no web address.

    Fragment and credentials are dropped (``has_credentials`` tells of them); every
    parameter is kept.

    >>> split_url("HTTPS://Mfa.Example:443/a/../b?x=%7e#top")
    UrlParts(scheme='https', host='mfa.example', port=None, path='/b', query='x=~', \
has_credentials=False)
    >>> split_url("file:///etc/hostname") is None
    True
    """
    match = _WEB_URL.match(_strip(url))
    if match is None:
        return None
    scheme = match["scheme"].lower()
    host = _normal_host(match["host"])
    port = int(match["port"]) if match["port"] else None
    if host is None or (port is not None and not 0 < port < 65536):
        return None
    if port == {"http": 80, "https": 443}[scheme]:
        port = None
    path = _without_dot_segments(_normal_encoding(match["path"].replace("\\", "/")) or "/")
    query = _normal_encoding(match["query"] or "")
    return UrlParts(scheme, host, port, path, query, match["userinfo"] is not None)


def canonical_url(url: str) -> str:
    """Give the one spelling of a URL under which its page is kept.

    Scheme and host are lower-cased, the host is punycode; default port, fragment,
    credentials, dot segments, empty query, tracking and session parameters go; the
    order of the others stays.  Anything but a web address comes back stripped.

    >>> canonical_url("HTTP://Mfa.Example:80/press/./7?utm_source=rss&lang=en#quote")
    'http://mfa.example/press/7?lang=en'
    """
    parts = split_url(url)
    if parts is None:
        return _strip(url)
    return str(_without_trackers(parts))


def url_key(url: str) -> str:
    """Give the key that twins share: the canonical URL without its dressing.

    Folded together: http and https, a leading "www.", the root with and without its
    slash, and a last segment "index.html" or "index.htm".  Letter case of the path, the
    parameters and a slash at the end count: two interviews of one ministry were found
    that differ by that slash alone, and merging texts is worse than keeping two.  A key
    is its own key.

    >>> url_key("https://www.mfa.example/press/index.html?id=7&fbclid=x")
    'mfa.example/press/?id=7'
    >>> url_key("http://mfa.example/press/?id=7")
    'mfa.example/press/?id=7'
    """
    parts = split_url(url)
    if parts is None:
        return _strip(url)
    parts = _without_trackers(parts)
    path = _INDEX_FILE.sub("", parts.path)
    path = "" if path == "/" else path
    query = f"?{parts.query}" if parts.query else ""
    return f"{_without_www(parts.netloc)}{path}{query}"


def site_of(url: str) -> str | None:
    """Give the host without "www." and port, or None where there is none.

    >>> site_of("https://www.mfa.example:8443/press/7")
    'mfa.example'
    """
    parts = split_url(url)
    return None if parts is None else _without_www(parts.host)


def document_id(key: str) -> str:
    """Give the 12 characters (a-z, 2-7; 60 bits) that stand for a key in ids.

    >>> document_id("mfa.example/press/7")
    '7dduf5ckujek'
    """
    digest = sha256(key.encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest[:10])[:12].decode("ascii").lower()


def redact_url(url: str) -> str:
    """Hide credentials and the values of token-like parameters, for logs and messages.

    Takes any text, also one that is no URL or holds several.

    >>> redact_url("https://me:pw@mfa.example/a?id=7&access_token=abc")
    'https://***@mfa.example/a?id=7&access_token=***'
    """
    return _PARAMETER.sub(_hide_secret, _USERINFO.sub("***@", url))


def _hide_secret(match: re.Match[str]) -> str:
    return match["name"] + ("***" if _SECRET_NAME.search(match["name"]) else match["value"])


def _strip(url: str) -> str:
    return _TAB_OR_NEWLINE.sub("", url).strip(_EDGES)


def _normal_host(host: str) -> str | None:
    """Give the punycode or IPv6 form, or None for what can be no host."""
    if host.startswith("["):
        return _normal_ipv6(host[1:-1])
    if len(host) > _MAX_HOST:
        return None
    try:
        host = unquote(host, errors="strict")
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    host = host.lower().removesuffix(".")
    return host if _HOST.match(host) else None


def _normal_ipv6(text: str) -> str | None:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return None
    return None if address.scope_id else str(address)


def _normal_encoding(text: str) -> str:
    return _ENCODED_OR_ILLEGAL.sub(_normal_character, text)


def _normal_character(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) == 1:
        return "".join(f"%{byte:02X}" for byte in found.encode("utf-8", "surrogatepass"))
    character = chr(int(found[1:], 16))
    return character if _IS_UNRESERVED.match(character) else found.upper()


def _without_dot_segments(path: str) -> str:
    """Resolve "." and ".." as RFC 3986, 5.2.4 does; never above the root."""
    if "/." not in path:
        return path
    segments = path.split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _without_trackers(parts: UrlParts) -> UrlParts:
    path = _without_dot_segments(_SESSION_IN_PATH.sub("", parts.path))
    here = _TRACKERS_OF_SITE.get(_without_www(parts.host), frozenset())
    kept = (p for p in parts.query.split("&") if p and not _is_tracker(p, here))
    return UrlParts(parts.scheme, parts.host, parts.port, path, "&".join(kept))


def _is_tracker(parameter: str, here: frozenset[str]) -> bool:
    name = unquote(parameter.partition("=")[0]).lower()
    # "&amp;" copied out of HTML source leaves "amp;" before the name.
    name = name.removeprefix("amp;")
    return name in here or _TRACKER.fullmatch(name) is not None


def _without_www(host: str) -> str:
    bare = host.removeprefix("www.")
    return bare if "." in bare else host
