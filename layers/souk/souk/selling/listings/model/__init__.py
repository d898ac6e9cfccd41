"""The model of listings: a listing, and its publications at the marketplaces."""

from souk.selling.listings.model.listing import (
    LONGEST_WORK,
    LOOK_AGAIN,
    MOST_RESTARTS,
    MOVES,
    Action,
    Listing,
    Media,
    MediaObject,
    Status,
    Wait,
)
from souk.selling.listings.model.publication import Publication, PublicationStatus

__all__ = [
    "LONGEST_WORK",
    "LOOK_AGAIN",
    "MOST_RESTARTS",
    "MOVES",
    "Action",
    "Listing",
    "Media",
    "MediaObject",
    "Publication",
    "PublicationStatus",
    "Status",
    "Wait",
]
