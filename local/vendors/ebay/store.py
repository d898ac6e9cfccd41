"""Stored data: listings, pictures, tokens. A listing and its UUID are one row: a UUID is used if its listing exists."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local.vendors.database import Database

_FIRST_ITEM_ID = 110_556_677_001

_SCHEMA = """
create table if not exists listings (
    item_id integer primary key autoincrement, seller text not null, uuid text, sku text, live integer not null,
    document text not null, unique (seller, uuid));
create index if not exists listings_by_sku on listings (seller, sku);
create table if not exists pictures (
    picture_id text primary key, media_type text not null, width integer, height integer, elsewhere text, content blob);
create table if not exists tokens (token text primary key, seller text not null, ends_at real not null);
"""


@dataclass(frozen=True, slots=True)
class Shipping:
    service: str
    cost: str
    additional_cost: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing. Amounts are decimal text in `currency`; times are ISO 8601.

    `pictures`: URLs, or `hosted:<id>` for pictures that are stored here.
    """

    item_id: str
    seller: str
    site: str
    title: str
    description: str
    category: str
    price: str
    currency: str
    quantity: int
    country: str
    started_at: str
    ends_at: str
    condition: str = ""
    location: str = ""
    postal_code: str = ""
    dispatch_days: str = ""
    uuid: str | None = None
    sku: str | None = None
    tracked_by_sku: bool = False
    pictures: tuple[str, ...] = ()
    specifics: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shipping: tuple[Shipping, ...] = ()
    returns: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    ended_because: str | None = None

    @property
    def live(self) -> bool:
        return self.ended_because is None


@dataclass(frozen=True, slots=True)
class HostedPicture:
    """`elsewhere`: the URL of a picture that was given by URL, and not downloaded."""

    picture_id: str
    media_type: str
    width: int | None
    height: int | None
    elsewhere: str | None
    content: bytes


class Store(Database):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "ebay.sqlite3", _SCHEMA)

    def next_item_id(self) -> str:
        """The id of the next listing. To be called inside a transaction."""
        [(highest,)] = self._run("select max(item_id) from listings")
        return str(_FIRST_ITEM_ID if highest is None else highest + 1)

    def put(self, listing: Listing) -> None:
        self._run(
            "insert or replace into listings (item_id, seller, uuid, sku, live, document) values (?, ?, ?, ?, ?, ?)",
            int(listing.item_id), listing.seller, listing.uuid, listing.sku, listing.live, _document(listing),
        )  # fmt: skip

    def listing(self, item_id: str) -> Listing | None:
        return self._first("select document from listings where item_id = ?", item_id)

    def by_uuid(self, seller: str, uuid: str) -> Listing | None:
        return self._first("select document from listings where seller = ? and uuid = ?", seller, uuid)

    def by_sku(self, seller: str, sku: str) -> Listing | None:
        """The newest listing that is tracked by this SKU; live ones come before ended ones."""
        found = self._all(
            "select document from listings where seller = ? and sku = ? order by live desc, item_id desc", seller, sku
        )
        return next((listing for listing in found if listing.tracked_by_sku), None)

    def listings(self) -> list[Listing]:
        """All listings, newest first."""
        return self._all("select document from listings order by item_id desc")

    def put_picture(self, picture: HostedPicture) -> None:
        self._run(
            "insert or replace into pictures (picture_id, media_type, width, height, elsewhere, content)"
            " values (?, ?, ?, ?, ?, ?)",
            picture.picture_id, picture.media_type, picture.width, picture.height, picture.elsewhere, picture.content,
        )  # fmt: skip

    def picture(self, picture_id: str) -> HostedPicture | None:
        rows = self._run(
            "select picture_id, media_type, width, height, elsewhere, content from pictures where picture_id = ?",
            picture_id,
        )
        return HostedPicture(*rows[0]) if rows else None

    def put_token(self, token: str, seller: str, ends_at: float) -> None:
        self._run("insert into tokens (token, seller, ends_at) values (?, ?, ?)", token, seller, ends_at)

    def token(self, token: str) -> tuple[str, float] | None:
        """The token's seller and its expiry (seconds since 1970), or None."""
        rows = self._run("select seller, ends_at from tokens where token = ?", token)
        return (rows[0][0], rows[0][1]) if rows else None

    def end_tokens(self, now: float) -> None:
        self._run("update tokens set ends_at = min(ends_at, ?)", now)

    def _all(self, query: str, *values: object) -> list[Listing]:
        return [_listing(document) for (document,) in self._run(query, *values)]

    def _first(self, query: str, *values: object) -> Listing | None:
        return next(iter(self._all(query, *values)), None)


def _document(listing: Listing) -> str:
    return json.dumps(asdict(listing))


def _listing(document: str) -> Listing:
    fields = json.loads(document)
    fields["pictures"] = tuple(fields["pictures"])
    fields["specifics"] = tuple((name, tuple(values)) for name, values in fields["specifics"])
    fields["shipping"] = tuple(Shipping(**service) for service in fields["shipping"])
    return Listing(**fields)
