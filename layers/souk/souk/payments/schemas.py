"""Wire shape of what a vendor hears of its events."""

from typing import Literal

from souk.http.fields import Wire


class EventReceipt(Wire):
    """The event is dealt with, or is no business of ours: it need not be told again."""

    received: Literal[True] = True
