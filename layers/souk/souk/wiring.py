"""The only place that builds adapters and services; everything is made when first asked for and kept.

A function imports one name from here, and pays for the imports of that name alone.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import httpx

    from souk.aws.keys import DerivationKey, SigningKey
    from souk.aws.secrets import Secrets
    from souk.aws.tables import Tables
    from souk.aws.workflows import StepFunctions
    from souk.http.request import Caller
    from souk.identity.addresses.service import AddressService
    from souk.identity.model import Account
    from souk.identity.profile.service import ProfileService
    from souk.identity.repository import AccountRepository
    from souk.identity.service import Registration, SignIn
    from souk.identity.sessions import Sessions
    from souk.identity.throttling import Throttle
    from souk.identity.verification import TokenVerifier
    from souk.listings.dispatch import Dispatcher, Sweeper
    from souk.listings.media_store import S3MediaStore
    from souk.listings.repository import ListingRepository
    from souk.listings.service import ListingService, PreflightService
    from souk.listings.steps import MediaSteps, PhotoSteps, PublishingSteps
    from souk.marketplaces.model import Marketplace
    from souk.media.model import ImageProvider, TextProvider, VideoProvider
    from souk.platforms.repository import PlatformRepository
    from souk.platforms.service import Connections, SellingTerms


@cache
def tables() -> Tables:
    from souk.aws.clients import client
    from souk.aws.tables import Tables

    return Tables(client("dynamodb"))


def vendor_secret(name: str) -> str:
    """A key of an outside vendor, by its name in the vendors' secret. Raises MissingSecret."""
    return _secrets().get(name)


@cache
def _secrets() -> Secrets:
    from souk.aws.clients import client
    from souk.aws.secrets import Secrets
    from souk.aws.settings import setting

    return Secrets(client("secretsmanager"), setting("SOUK_VENDOR_SECRET"))


# Identity ------------------------------------------------------------------------------------------------------------


@cache
def account_repository() -> AccountRepository:
    from souk.aws.settings import setting
    from souk.identity.repository import AccountRepository

    return AccountRepository(tables(), setting("SOUK_IDENTITY_TABLE"))


@cache
def signing_keys() -> tuple[SigningKey, ...]:
    """The keys of SOUK_SIGNING_KEY, separated by commas: the first signs, tokens of all are good."""
    from souk.aws.clients import client
    from souk.aws.keys import SigningKey
    from souk.aws.settings import setting

    return tuple(SigningKey(client("kms"), key_id) for key_id in setting("SOUK_SIGNING_KEY").split(","))


@cache
def token_verifier() -> TokenVerifier:
    from souk.identity.verification import TokenVerifier

    return TokenVerifier({key.id: key.public_key for key in signing_keys()})


def verdict(headers: Mapping[str, str]) -> dict[str, Any]:
    """The authorizer's answer to a request with these headers."""
    from souk.identity.gate import verdict

    return verdict(headers, token_verifier().verify)


@cache
def json_web_keys() -> tuple[dict[str, str], ...]:
    from souk.identity.access_token import to_jwk

    return tuple(to_jwk(key.id, key.public_key()) for key in signing_keys())


@cache
def sessions() -> Sessions:
    from datetime import timedelta

    from souk.aws.settings import number
    from souk.clock import new_id, utc_now
    from souk.identity.access_token import AccessTokens
    from souk.identity.sessions import Sessions

    minutes, days = number("SOUK_ACCESS_TOKEN_MINUTES"), number("SOUK_REFRESH_TOKEN_DAYS")
    access_tokens = AccessTokens(signing_keys()[0], timedelta(minutes=minutes), utc_now, new_id)
    return Sessions(account_repository(), access_tokens, refresh_key().derive, timedelta(days=days), utc_now, new_id)


@cache
def refresh_key() -> DerivationKey:
    from souk.aws.clients import client
    from souk.aws.keys import DerivationKey
    from souk.aws.settings import setting

    return DerivationKey(client("kms"), setting("SOUK_REFRESH_KEY"))


@cache
def registration() -> Registration:
    from souk.clock import new_id, utc_now
    from souk.identity import passwords
    from souk.identity.service import Registration

    return Registration(
        account_repository(),
        sessions(),
        _throttle("registration", "SOUK_REGISTRATIONS_PER_NETWORK"),
        passwords,
        utc_now,
        new_id,
    )


@cache
def sign_in() -> SignIn:
    from souk.identity import passwords
    from souk.identity.service import SignIn

    return SignIn(account_repository(), sessions(), _throttle("login", "SOUK_LOGINS_PER_NETWORK"), passwords)


def _throttle(what: str, per_network: str) -> Throttle:
    import time

    from souk.aws.settings import number, setting
    from souk.clock import utc_now
    from souk.identity.repository import AttemptRepository
    from souk.identity.throttling import Limits, Throttle

    limits = Limits(number("SOUK_ATTEMPTS_PER_ACCOUNT"), number(per_network))
    attempts = AttemptRepository(tables(), setting("SOUK_IDENTITY_TABLE"))
    return Throttle(what, limits, attempts, utc_now, time.sleep)


def current_account(account_id: str) -> Account:
    """The account of a caller as it is now. Raises Unauthenticated."""
    from souk.identity.service import current_account

    return current_account(account_repository().find, account_id)


def admit_fresh(caller: Caller) -> Caller:
    """`admit` of the endpoints that must not wait for a token to expire (rule 30): one consistent read.

    The caller with those of its roles that its account still has. Raises Unauthenticated.
    """
    from dataclasses import replace

    held = {role.value for role in current_account(caller.id).roles}
    return replace(caller, roles=caller.roles & held)


@cache
def profiles() -> ProfileService:
    from souk.aws.settings import setting
    from souk.identity.profile.repository import ProfileRepository
    from souk.identity.profile.service import ProfileService

    return ProfileService(ProfileRepository(tables(), setting("SOUK_IDENTITY_TABLE")))


@cache
def addresses() -> AddressService:
    from souk.aws.settings import setting
    from souk.clock import utc_now
    from souk.identity.addresses.repository import AddressRepository
    from souk.identity.addresses.service import AddressService

    return AddressService(AddressRepository(tables(), setting("SOUK_IDENTITY_TABLE")), utc_now)


def make_operator(email: str) -> Account:
    """Raises NotFound."""
    from souk.identity.service import make_operator

    return make_operator(account_repository(), email)


# Platforms -----------------------------------------------------------------------------------------------------------


@cache
def platforms() -> Connections:
    from souk.aws.clients import client
    from souk.aws.keys import EncryptionKey
    from souk.aws.settings import setting
    from souk.clock import new_id, utc_now
    from souk.platforms.service import Connections

    seal = EncryptionKey(client("kms"), setting("SOUK_CREDENTIALS_KEY"))
    return Connections(platform_repository(), seal, utc_now, new_id)


@cache
def selling_terms() -> SellingTerms:
    from souk.marketplaces.ebay.settings import EbaySettings
    from souk.platforms.model import Platform
    from souk.platforms.service import SellingTerms

    return SellingTerms(platform_repository(), {Platform.EBAY: lambda: EbaySettings})


@cache
def platform_repository() -> PlatformRepository:
    from souk.aws.settings import setting
    from souk.platforms.repository import PlatformRepository

    return PlatformRepository(tables(), setting("SOUK_IDENTITY_TABLE"))


def require_connected(owner_id: str, platform: str) -> None:
    """Raises Conflict `platform_not_connected`."""
    from souk.platforms.service import require_connected

    require_connected(platform_repository(), owner_id, platform)


# Marketplaces --------------------------------------------------------------------------------------------------------


def marketplace(name: str, owner_id: str) -> Marketplace:
    """`name`, speaking for one seller. Raises Conflict `platform_not_connected`."""
    if name != "ebay":
        raise NotFound(f"There is no marketplace {name}.")
    from souk.aws.settings import setting
    from souk.clock import utc_now
    from souk.marketplaces.ebay.adapter import EbayEndpoints, EbayMarketplace
    from souk.marketplaces.ebay.oauth import AppCredentials, Credentials

    opened = platforms().open_credentials(owner_id, name)

    def save(refreshed: Credentials) -> None:
        from souk.platforms.model import Credentials as Renewed

        renewed = Renewed(refreshed.access_token, refreshed.refresh_token, refreshed.expires_at, opened.version)
        platforms().save_refreshed(owner_id, name, renewed)

    return EbayMarketplace(
        client=_http(),
        endpoints=EbayEndpoints(setting("EBAY_API_URL"), setting("EBAY_MEDIA_URL"), setting("EBAY_TOKEN_URL")),
        app_credentials=lambda: AppCredentials(vendor_secret("ebay_client_id"), vendor_secret("ebay_client_secret")),
        credentials=Credentials(opened.access_token, opened.refresh_token, opened.expires_at),
        on_refreshed=save,
        settings=selling_terms().settings_of(owner_id, name),
        clock=utc_now,
    )


@cache
def _http() -> httpx.Client:
    import httpx

    return httpx.Client()


# Listings ------------------------------------------------------------------------------------------------------------


@cache
def listing_repository() -> ListingRepository:
    from souk.aws.settings import setting
    from souk.listings.repository import ListingRepository

    return ListingRepository(tables(), setting("SOUK_LISTINGS_TABLE"))


@cache
def media_store() -> S3MediaStore:
    from souk.aws.clients import client
    from souk.aws.settings import setting
    from souk.listings.media_store import S3MediaStore

    return S3MediaStore(lambda: client("s3"), setting("SOUK_MEDIA_BUCKET"))


@cache
def listings() -> ListingService:
    from souk.aws.settings import number
    from souk.clock import new_id, utc_now
    from souk.listings.service import ListingService

    return ListingService(
        listing_repository(), media_store(), require_connected, utc_now, new_id, number("SOUK_GENERATIONS_PER_DAY")
    )


@cache
def preflight() -> PreflightService:
    from functools import partial

    from souk.listings.service import PreflightService
    from souk.listings.steps import offer_of

    return PreflightService(listing_repository(), marketplace, partial(offer_of, media=media_store()))


@cache
def media_steps() -> MediaSteps:
    from souk.listings.steps import MediaSteps

    return MediaSteps(listing_repository(), media_store())


@cache
def photo_steps() -> PhotoSteps:
    from souk.clock import utc_now
    from souk.listings.steps import PhotoSteps
    from souk.media.pictures import take_in

    return PhotoSteps(listing_repository(), media_store(), take_in, utc_now)


@cache
def publishing_steps() -> PublishingSteps:
    from souk.clock import utc_now
    from souk.listings.steps import PublishingSteps
    from souk.marketplaces.ebay.idempotency import attempt_uuid

    return PublishingSteps(listing_repository(), media_store(), marketplace, attempt_uuid, utc_now)


@cache
def dispatcher() -> Dispatcher:
    from souk.clock import utc_now
    from souk.listings.dispatch import Dispatcher

    return Dispatcher(listing_workflow(), listing_repository(), utc_now)


@cache
def sweeper() -> Sweeper:
    from souk.aws.clients import client
    from souk.aws.invocations import Invocations
    from souk.aws.settings import setting
    from souk.clock import utc_now
    from souk.listings.dispatch import Sweeper
    from souk.listings.media_store import UploadProcessing

    photos = UploadProcessing(Invocations(client("lambda")), setting("SOUK_PROCESS_UPLOAD_FUNCTION"))
    return Sweeper(listing_workflow(), listing_repository(), photos, utc_now)


@cache
def listing_workflow() -> StepFunctions:
    from souk.aws.clients import client
    from souk.aws.settings import setting
    from souk.aws.workflows import StepFunctions

    return StepFunctions(client("stepfunctions"), setting("SOUK_LISTING_WORKFLOW"))


# Media ---------------------------------------------------------------------------------------------------------------

_BEDROCK_VIDEO_PREFIX = "video/"


@cache
def image_provider() -> ImageProvider:
    from souk.aws.settings import setting

    match setting("MEDIA_PROVIDER"):
        case "openai":
            from functools import partial

            from souk.media.openai import OpenAiConfig, OpenAiImages

            openai = OpenAiConfig(setting("OPENAI_IMAGE_MODEL"), setting("OPENAI_API_URL"))
            return OpenAiImages(openai, _http(), partial(vendor_secret, "openai_api_key"))
        case "bedrock":
            from souk.aws.clients import client
            from souk.media.bedrock.images import BedrockImages, BedrockImagesConfig

            model = setting("BEDROCK_IMAGE_MODEL")
            # Only Stability's ultra and SD3.5 take a picture to start from.
            likeness = None if "stable-image-core" in model else 0.8
            config = BedrockImagesConfig(
                model, "stability" if model.startswith("stability.") else "canvas", likeness=likeness
            )
            return BedrockImages(config, client("bedrock-runtime"))
    from souk.media.studio.images import StudioImages

    return StudioImages()


@cache
def video_provider() -> VideoProvider:
    """OpenAI's video API has ended, so its pictures come with the studio's film."""
    from souk.aws.settings import setting

    if setting("MEDIA_PROVIDER") == "bedrock":
        from souk.aws.clients import client
        from souk.media.bedrock.video import BedrockVideo, BedrockVideoConfig

        config = BedrockVideoConfig(setting("BEDROCK_VIDEO_MODEL"), setting("SOUK_MEDIA_BUCKET"), _BEDROCK_VIDEO_PREFIX)
        return BedrockVideo(config, client("bedrock-runtime"), client("s3"))
    from souk.media.studio.video import StudioVideo

    return StudioVideo()


@cache
def text_provider() -> TextProvider:
    from souk.aws.settings import setting

    if setting("MEDIA_PROVIDER") == "bedrock":
        from souk.aws.clients import client
        from souk.media.bedrock.text import BedrockText, BedrockTextConfig

        return BedrockText(BedrockTextConfig(setting("BEDROCK_TEXT_MODEL")), client("bedrock-runtime"))
    from souk.media.studio.text import StudioText

    return StudioText()


# Operations ----------------------------------------------------------------------------------------------------------


def health_check() -> None:
    """One real read. Raises DependencyUnavailable."""
    from souk.aws.settings import setting

    tables().get(setting("SOUK_IDENTITY_TABLE"), {"pk": "HEALTH", "sk": "HEALTH"})
