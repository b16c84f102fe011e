"""Signs that stand for other signs: HTML tags and entities, percent and quoted-printable octets, JSON escapes."""

import html
import re
from typing import Final

_TAGS: Final = re.compile(r"(?:<[A-Za-z/!][^<>]{0,200}>)+")
_BREAK: Final = re.compile(r"<(?:/?(?:p|div|li|ul|ol|tr|td|h[1-6])|br|hr)\b", re.IGNORECASE)
_HIDDEN: Final = "\u200b"
_ENTITY: Final = (
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"
    r"|(?:\\u[0-9a-fA-F]{4})+|(?:\\x[0-9a-fA-F]{2})+|\\[nrt]"
)
_OCTETS: Final = r"(?:=[0-9A-F]{2})+|(?:%[0-9A-Fa-f]{2})+|=\r?\n"
_OCTET: Final = re.compile(r"[=%][2-7][0-9A-Fa-f]")
_FEWEST_OCTETS: Final = 3
"""Below that, `=20` and `%20` are sums and shares that somebody wrote."""
_FEW: Final = re.compile(_ENTITY)
_MANY: Final = re.compile(f"{_ENTITY}|{_OCTETS}")
_CODES: Final = {"\\u": "utf-16-be", "\\x": "latin-1"}
_SIGNS: Final = re.compile(r"[&\\=%]")


def without_tags(text: str) -> str:
    """The text with blanks for its HTML tags, as long as before; a tag inside a word is an invisible character."""
    return _TAGS.sub(_blank, text) if "<" in text else text


def _blank(tags: re.Match[str]) -> str:
    text, (start, end) = tags.string, tags.span()
    inside = start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()
    hidden = inside and not _BREAK.search(tags.group())
    return (_HIDDEN if hidden else " ") * (end - start)


def escapes_in(text: str) -> list[tuple[int, int, str]]:
    """Start, end and meaning of every escape, in their order."""
    if not _SIGNS.search(text):
        return []
    many = len(_OCTET.findall(text)) >= _FEWEST_OCTETS
    found = (_MANY if many else _FEW).finditer(text)
    return [(*escape.span(), _meaning(escape.group())) for escape in found]


def _meaning(escape: str) -> str:
    if escape[0] == "&":
        return html.unescape(escape)
    if escape[:2] in _CODES:
        return _decoded(escape, escape[:2], _CODES[escape[:2]])
    if escape[0] == "\\" or escape[1] in "\r\n":
        return "\n" if escape[0] == "\\" else ""
    return _decoded(escape, escape[0], "utf-8")


def _decoded(escape: str, prefix: str, code: str) -> str:
    return bytes.fromhex(escape.replace(prefix, "")).decode(code, errors="replace")
