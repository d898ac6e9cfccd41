"""All settings of the local cloud, read from the environment. README has the same table.

PORT                 3000            where the API is served, on 127.0.0.1
SOUK_DATA            .souk           tables, objects, the stand-ins' listings and payments; delete it to start empty
EBAY_API_URL         the stand-in    Trading endpoint
EBAY_MEDIA_URL       the stand-in    Media API base
EBAY_TOKEN_URL       the stand-in    OAuth token endpoint
EBAY_CLIENT_ID, EBAY_CLIENT_SECRET   the eBay application's keys
STRIPE_API_URL       the stand-in    Stripe's API, without /v1
STRIPE_API_KEY, STRIPE_WEBHOOK_SECRET    Stripe's secret key, and the secret that it signs events with
INSTALLATION         kept in SOUK_DATA   whose payments are ours, where local clouds share an account at Stripe
CHECKOUT_SUCCESS_URL, CHECKOUT_CANCEL_URL    the frontend's pages after a payment
MEDIA_PROVIDER       studio          studio, openai or bedrock
OPENAI_API_KEY, OPENAI_API_URL, OPENAI_IMAGE_MODEL, BEDROCK_IMAGE_MODEL, BEDROCK_VIDEO_MODEL, BEDROCK_TEXT_MODEL
ALLOWED_ORIGIN, ACCESS_TOKEN_MINUTES, REFRESH_TOKEN_DAYS, GENERATIONS_PER_DAY
REQUIRE_VERIFIED_SELLERS  false      whether only shops that an operator has verified show and sell
TAX_RATES            {}              taxes by country and state, as JSON
ATTEMPTS_PER_ACCOUNT, LOGINS_PER_NETWORK, REGISTRATIONS_PER_NETWORK    tries in 15 minutes
SOUK_BUILD           .aws-sam/build  a build made elsewhere; when set, nothing is built
SOUK_IDLE_MB         1200            memory of idle workers; beyond it those used longest ago are ended
SOUK_WAIT_SCALE      1               below 1, workflow waits are shortened (tests)
EBAY_ACCESS_TOKEN    the stand-in's  the demo seller's token
DEMO_OUTPUT          demo-output     where `make demo` puts pictures and video
STACK                                stack on AWS that `make operator`, `recount` and `reindex` use
NO_COLOR                             plain output
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from local.durably import replace_durably
from local.problems import Unusable
from local.vendors.stripe.events import LOCAL_SECRET

# Setting -> template parameter. A changed value means a new deployment.
_PARAMETERS = {
    "EBAY_API_URL": "EbayApiUrl",
    "EBAY_MEDIA_URL": "EbayMediaUrl",
    "EBAY_TOKEN_URL": "EbayTokenUrl",
    "STRIPE_API_URL": "StripeApiUrl",
    "INSTALLATION": "Installation",
    "CHECKOUT_SUCCESS_URL": "CheckoutSuccessUrl",
    "CHECKOUT_CANCEL_URL": "CheckoutCancelUrl",
    "MEDIA_PROVIDER": "MediaProvider",
    "OPENAI_API_URL": "OpenAiApiUrl",
    "OPENAI_IMAGE_MODEL": "OpenAiImageModel",
    "BEDROCK_IMAGE_MODEL": "BedrockImageModel",
    "BEDROCK_VIDEO_MODEL": "BedrockVideoModel",
    "BEDROCK_TEXT_MODEL": "BedrockTextModel",
    "ALLOWED_ORIGIN": "AllowedOrigin",
    "ACCESS_TOKEN_MINUTES": "AccessTokenMinutes",
    "REFRESH_TOKEN_DAYS": "RefreshTokenDays",
    "GENERATIONS_PER_DAY": "GenerationsPerDay",
    "REQUIRE_VERIFIED_SELLERS": "RequireVerifiedSellers",
    "TAX_RATES": "TaxRates",
    "ATTEMPTS_PER_ACCOUNT": "AttemptsPerAccount",
    "LOGINS_PER_NETWORK": "LoginsPerNetwork",
    "REGISTRATIONS_PER_NETWORK": "RegistrationsPerNetwork",
}

# Setting -> key in the stack's vendor secret, and its value when unset (the eBay pair is the stand-in's own).
_SECRETS = {
    "EBAY_CLIENT_ID": ("ebay_client_id", "souk-local"),
    "EBAY_CLIENT_SECRET": ("ebay_client_secret", "souk-local-secret"),
    "OPENAI_API_KEY": ("openai_api_key", ""),
    "STRIPE_API_KEY": ("stripe_api_key", "sk_test_souk_local"),
    "STRIPE_WEBHOOK_SECRET": ("stripe_webhook_secret", LOCAL_SECRET),
}
# What everybody knows is no secret for events of the real Stripe.
_STAND_INS_ALONE = frozenset({"STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"})

EBAY_PARAMETERS = ("EbayApiUrl", "EbayMediaUrl", "EbayTokenUrl")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose; `parameters` holds only what was set, by its name in template.yaml."""

    port: int
    data: Path
    build: Path
    builds: bool
    parameters: Mapping[str, str]
    secrets: Mapping[str, str]
    wait_scale: float
    idle_bytes: int
    demo_output: Path
    demo_token: str
    stack: str

    @property
    def needs_ebay_stand_in(self) -> bool:
        return any(name not in self.parameters for name in EBAY_PARAMETERS)

    @property
    def needs_stripe_stand_in(self) -> bool:
        return "StripeApiUrl" not in self.parameters


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; raises Unusable, naming the variable, for a value that makes no sense."""
    given = {name: value for name, value in (os.environ if environment is None else environment).items() if value}
    _check_tax_rates(given.get("TAX_RATES", "{}"))
    parameters = {parameter: given[name] for name, parameter in _PARAMETERS.items() if name in given}
    parameters |= {"Architecture": own_architecture()}
    return Settings(
        port=_port(given.get("PORT", "3000")),
        data=Path(given.get("SOUK_DATA", ".souk")).resolve(),
        builds="SOUK_BUILD" not in given,
        build=Path(given.get("SOUK_BUILD", ".aws-sam/build")).resolve(),
        parameters=MappingProxyType(parameters),
        secrets=MappingProxyType(_secrets(given)),
        idle_bytes=_megabytes("SOUK_IDLE_MB", given.get("SOUK_IDLE_MB", "1200")),
        wait_scale=_scale(given.get("SOUK_WAIT_SCALE", "1")),
        demo_output=Path(given.get("DEMO_OUTPUT", "demo-output")).resolve(),
        demo_token=given.get("EBAY_ACCESS_TOKEN", "dev-ebay-demo"),
        stack=given.get("STACK", ""),
    )


def installation(data: Path) -> str:
    """The name that our payment pages carry: of this machine and the data folder's place when it was first used.

    It moves with the folder. Where a folder was lost, the next one in its place has the same name.
    """
    file = data / "installation"
    if not file.exists():
        place = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:8]
        replace_durably(file, f"{platform.node()}-{place}".encode())
    return file.read_text()


def _secrets(given: Mapping[str, str]) -> dict[str, str]:
    unknown = _STAND_INS_ALONE if "STRIPE_API_URL" in given else frozenset()
    return {key: given.get(name, "" if name in unknown else default) for name, (key, default) in _SECRETS.items()}


def own_architecture() -> str:
    """This machine's architecture, as Lambda names it; layers contain compiled code."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def _check_tax_rates(text: str) -> None:
    """Else the first order would fail, and say nothing of this setting."""
    try:
        rates = [Decimal(rate) for states in json.loads(text).values() for rate in states.values()]
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        rates = [Decimal("NaN")]
    if not all(rate.is_finite() and 0 <= rate <= 1 for rate in rates):
        example = '{"US": {"NY": "0.08875", "*": "0"}}'
        raise Unusable(f"TAX_RATES must be rates from 0 to 1 by country and state, such as {example}, not {text!r}.")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 65536:
        raise Unusable(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _megabytes(name: str, text: str) -> int:
    """In bytes."""
    if not (text.isascii() and text.isdecimal()):
        raise Unusable(f"{name} must be a whole number of megabytes, not {text!r}.")
    return int(text) * 1_000_000


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError as error:
        raise Unusable(f"SOUK_WAIT_SCALE must be a number, not {text!r}.") from error
    if not 0 < scale <= 1:
        raise Unusable(f"SOUK_WAIT_SCALE must be above 0 and at most 1, not {text}.")
    return scale
