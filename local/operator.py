"""`make operator EMAIL=...`: make an account an operator, here or on AWS (STACK=...).

It needs no operator: anyone who may invoke the function can make the first one.
"""

from __future__ import annotations

from local.invoking import Functions
from local.problems import Unusable
from local.settings import Settings
from local.terminal import Terminal


def grant(settings: Settings, email: str, terminal: Terminal) -> int:
    """Invoke grant_operator for an account. Raises Unusable when there is no stack, no such function, or no such
    account.
    """
    functions = Functions(settings)
    try:
        functions.invoke("GrantOperatorFunction", {"email": email})
    except Unusable as error:
        raise Unusable(f"{email} was not made an operator: {error}") from error
    terminal.line(f"{email} is an operator from the next token refresh on.")
    return 0
