"""Wire shapes of the operations routes."""

from typing import Literal

from souk.http.fields import Wire


class Health(Wire):
    status: Literal["ok"]
    db: Literal["connected"]
