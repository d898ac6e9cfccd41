"""Email addresses: which texts are valid, and the one form in which they are compared and stored."""

from __future__ import annotations

import unicodedata

from souk.shared.errors import InvalidValue

_LONGEST_EMAIL = 254
_LONGEST_LOCAL_PART = 64


def canonical_email(text: str) -> str:
    """The form in which emails are compared and stored: trimmed, NFKC, case-folded, with an ASCII domain.

    Only the syntax is checked: whether an address exists, only a message that arrives can prove. Raises ValueError.
    """
    email = _caseless(text.strip())
    local, at, domain = email.rpartition("@")
    if not (at and _is_local_part(local)):
        raise InvalidValue("is not an email address", code="wrong_format")
    email = f"{local}@{_ascii_domain(domain)}"
    if len(email.encode()) > _LONGEST_EMAIL:
        raise InvalidValue("an email address has at most 254 characters", code="too_long", limit=_LONGEST_EMAIL)
    return email


def _caseless(text: str) -> str:
    # Casefolding can undo normalisation and the reverse; two rounds are stable (Unicode, D146).
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", text)


def _is_local_part(local: str) -> bool:
    return (
        0 < len(local.encode()) <= _LONGEST_LOCAL_PART
        and local.isprintable()
        and not any(character in ' "(),:;<>@[\\]' for character in local)
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
    )


def _ascii_domain(domain: str) -> str:
    if not domain.isascii():
        import idna

        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as error:
            raise InvalidValue("is not an email address", code="wrong_format") from error
    labels = domain.split(".")
    if len(labels) < 2 or not all(_is_label(label) for label in labels):
        raise InvalidValue("is not an email address", code="wrong_format")
    return domain


def _is_label(label: str) -> bool:
    return 0 < len(label) <= 63 and label.replace("-", "").isalnum() and label[0] != "-" and label[-1] != "-"
