"""Registration, sign-in, the current account and operators, over fakes."""

from dataclasses import dataclass, field, replace

import pytest

from souk.accounts.auth.model import Account, AccountStatus, Role, WrongCredentials
from souk.accounts.auth.service.current_account import current_account
from souk.accounts.auth.service.operators import make_operator
from souk.accounts.auth.service.registration import Registration
from souk.accounts.auth.service.sign_in import SignIn
from souk.accounts.auth.service.throttling import Limits, Throttle
from souk.shared.errors import Conflict, Forbidden, NotFound, Unauthenticated
from souk.shared.versioned import Stale
from tests.unit.accounts.auth.people import FakeAccounts, FakeClock, FakeIds, make_account, make_sessions
from tests.unit.accounts.auth.test_throttling import FakeCounters

EMAIL, PASSWORD, HERE = "john@example.com", "correct horse battery", "203.0.113.7"


@dataclass
class FakePasswords:
    """Hashes at no cost. `verified`: the pairs of password and hash that were compared."""

    DUMMY_HASH: str = "nobody's"
    verified: list[tuple[str, str]] = field(default_factory=list)

    def hash_password(self, password: str) -> str:
        return f"hash of {password}"

    def is_password(self, password: str, encoded: str) -> bool:
        self.verified.append((password, encoded))
        return encoded == f"hash of {password}"


class World:
    def __init__(self) -> None:
        clock, ids = FakeClock(), FakeIds()
        self.ids = ids
        self.accounts = FakeAccounts()
        self.passwords = FakePasswords()
        sessions = make_sessions(self.accounts, clock, ids)
        throttle = Throttle("login", Limits(10, 100), FakeCounters(), clock, lambda _: None)
        self.registration = Registration(self.accounts, sessions, throttle, self.passwords, clock, ids)
        self.sign_in = SignIn(self.accounts, sessions, throttle, self.passwords)

    def register(self, role: Role = Role.USER) -> str:
        return self.registration.register(EMAIL, PASSWORD, "John Doe", role, HERE).account.id


@pytest.fixture
def world() -> World:
    return World()


def test_a_new_account_is_signed_in(world: World) -> None:
    signed_in = world.registration.register(EMAIL, PASSWORD, "John Doe", Role.BUYER, HERE)
    assert signed_in.account.roles == (Role.BUYER,)
    assert signed_in.account.id in world.accounts.accounts
    assert len(world.accounts.sessions) == 1


def test_nobody_registers_as_an_operator(world: World) -> None:
    with pytest.raises(Forbidden):
        world.register(Role.OPERATOR)
    assert not world.accounts.accounts


def test_an_email_can_register_only_once(world: World) -> None:
    world.register()
    with pytest.raises(Conflict) as refused:
        world.register()
    assert refused.value.code == "email_exists"


def test_the_right_password_opens_another_session(world: World) -> None:
    world.register()
    world.sign_in.log_in(EMAIL, PASSWORD, HERE)
    assert len(world.accounts.sessions) == 2


def test_an_unknown_email_takes_the_same_hashing_and_gets_the_same_answer(world: World) -> None:
    world.register()
    refusals = []
    for email in (EMAIL, "nobody@example.com"):
        with pytest.raises(WrongCredentials) as refused:
            world.sign_in.log_in(email, "wrong", HERE)
        refusals.append((refused.value.detail, refused.value.code))
    assert refusals[0] == refusals[1]
    assert world.passwords.verified == [("wrong", f"hash of {PASSWORD}"), ("wrong", "nobody's")]


def test_the_dummy_hash_signs_nobody_in(world: World) -> None:
    world.passwords.DUMMY_HASH = f"hash of {PASSWORD}"
    with pytest.raises(WrongCredentials):
        world.sign_in.log_in(EMAIL, PASSWORD, HERE)


def test_a_missing_role_is_reported_only_after_the_right_password(world: World) -> None:
    world.register(Role.BUYER)
    assert world.sign_in.log_in(EMAIL, PASSWORD, HERE, role=Role.BUYER)
    with pytest.raises(WrongCredentials):
        world.sign_in.log_in(EMAIL, "wrong", HERE, role=Role.SELLER)
    with pytest.raises(Forbidden):
        world.sign_in.log_in(EMAIL, PASSWORD, HERE, role=Role.SELLER)


def test_an_account_is_reported_as_suspended_only_with_the_right_password(world: World) -> None:
    account_id = world.register()
    world.accounts.accounts[account_id] = replace(world.accounts.accounts[account_id], status=AccountStatus.SUSPENDED)
    with pytest.raises(WrongCredentials):
        world.sign_in.log_in(EMAIL, "wrong", HERE)
    with pytest.raises(Forbidden) as refused:
        world.sign_in.log_in(EMAIL, PASSWORD, HERE)
    assert refused.value.code == "account_suspended"
    with pytest.raises(Unauthenticated):
        current_account(world.accounts.find_account, account_id)


def test_an_account_that_is_gone_is_unauthenticated(world: World) -> None:
    with pytest.raises(Unauthenticated):
        current_account(world.accounts.find_account, "gone")


class AccountsWithRoles(FakeAccounts):
    """`meanwhile` is called once, just before a role is added."""

    def add_role(self, account_id: str, role: Role) -> Account:
        rival, self.meanwhile = self.meanwhile, None
        if rival is not None:
            rival()
        account = self.accounts.get(account_id)
        if account is None or role in account.roles:
            raise Stale
        self.accounts[account_id] = replace(account, roles=(*account.roles, role))
        return self.accounts[account_id]


def test_a_registered_account_becomes_an_operator_once(world: World) -> None:
    account_id = world.register()
    accounts = AccountsWithRoles(world.accounts.accounts, world.accounts.logins)
    for _ in range(2):
        assert make_operator(accounts, EMAIL).roles == (Role.USER, Role.OPERATOR)
    assert accounts.accounts[account_id].roles == (Role.USER, Role.OPERATOR)


def test_an_email_without_an_account_cannot_become_an_operator(world: World) -> None:
    with pytest.raises(NotFound):
        make_operator(AccountsWithRoles(), EMAIL)


def test_two_concurrent_calls_that_make_an_operator_both_succeed(world: World) -> None:
    world.register()
    accounts = AccountsWithRoles(world.accounts.accounts, world.accounts.logins)
    accounts.meanwhile = lambda: make_operator(accounts, EMAIL)
    assert make_operator(accounts, EMAIL).roles == (Role.USER, Role.OPERATOR)


def test_an_account_that_is_removed_while_it_becomes_an_operator_is_not_found(world: World) -> None:
    world.register()
    accounts = AccountsWithRoles(world.accounts.accounts, world.accounts.logins)
    accounts.meanwhile = accounts.accounts.clear
    with pytest.raises(NotFound):
        make_operator(accounts, EMAIL)


@pytest.mark.parametrize(
    ("typed", "role"),
    [("USER", Role.USER), ("Seller", Role.SELLER), ("creator", Role.CREATOR), (" ADVERTISER ", Role.ADVERTISER)],
)
def test_a_role_is_recognized_in_any_case(typed: str, role: Role) -> None:
    assert Role.parse(typed) is role


def test_an_unknown_role_is_refused_with_a_list_of_roles() -> None:
    with pytest.raises(ValueError, match=r"one of user, buyer, seller, Creator, Advertiser, Merchant$"):
        Role.parse("admin")


def test_the_repr_of_an_account_shows_no_password(world: World) -> None:
    assert PASSWORD not in repr(make_account(world.ids))
