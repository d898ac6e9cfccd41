"""Conditional requests (RFC 9110, section 13): which entity tags `If-Match` and `If-None-Match` name.

A weak tag, `W/"3"`, is compared as the strong one in both headers. Strictly, If-Match would never be met by a weak tag.
But a proxy or CDN that compresses an answer makes its tag weak (CloudFront and nginx do), so that clients behind one
know no other, and could not change anything. Nothing is lost: our tags are versions of the entity, not of its bytes.
"""

from __future__ import annotations

import re
from typing import Final

from souk.shared.errors import FieldProblem, InvalidRequest

_ANY: Final = "*"
_MOST_TAGS: Final = 20
# One member of the list, with the comma behind it. The characters are those of RFC 9110, 8.8.3.
_MEMBER: Final = re.compile(r'[ \t]*+(?:(?:W/)?"([!#-~\x80-\xff]*)"|([0-9]{1,18}))?[ \t]*+(,|$)')
_VERSION: Final = re.compile(r"[0-9]{1,18}")


def versions(if_match: str | None) -> frozenset[int] | None:
    """The versions that `If-Match` allows; None: any. Tags that this API never gave are no version.

    A bare number is taken for a tag that has lost its quotes. Raises InvalidRequest for what is no list of tags.
    """
    if if_match is None or is_any(if_match):
        return None
    tags = _tags(if_match)
    if not 0 < len(tags) <= _MOST_TAGS:
        words = f'takes one to {_MOST_TAGS} ETags that this API gave, as "3", or *'
        raise InvalidRequest(f"If-Match {words}.", [FieldProblem("If-Match", words, "wrong_format")])
    return frozenset(int(tag) for tag in tags if _VERSION.fullmatch(tag))


def is_any(header: str | None) -> bool:
    return header is not None and header.strip() == _ANY


def names(if_none_match: str | None, tag: str) -> bool:
    """Whether `If-None-Match` names `tag`, which is quoted. What is no list of tags names none."""
    if if_none_match is None:
        return False
    return is_any(if_none_match) or tag.strip('"') in _tags(if_none_match)


def _tags(header: str) -> list[str]:
    """The tags of a list without their quotes, in its order; none when it is not well-formed."""
    tags, position = [], 0
    while True:
        member = _MEMBER.match(header, position)
        if member is None:
            return []
        quoted, bare, comma = member.groups()
        tags += [tag for tag in (quoted, bare) if tag is not None]
        if not comma:
            return tags
        position = member.end()
