"""Wire shape of what a vendor hears of its events."""

from souk.http.fields import Wire


class EventReceipt(Wire):
    """`effective`: whether it was about an order of ours, and news."""

    effective: bool
