"""Each refresh replaces the token. A token used twice within ten seconds is forgiven; later it ends the session."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from souk.accounts.auth.model import Account, AccountStatus, Role, Session
from souk.accounts.auth.model.refresh_token import RefreshToken
from souk.accounts.auth.service.sessions import Sessions
from souk.shared.errors import SoukError, Unauthenticated
from tests.unit.accounts.auth.people import FakeAccounts, FakeClock, FakeIds, derive, make_account, make_sessions

LIFETIME = 7 * 24 * 3600


@dataclass
class World:
    store: FakeAccounts = field(default_factory=FakeAccounts)
    clock: FakeClock = field(default_factory=FakeClock)
    ids: FakeIds = field(default_factory=FakeIds)

    def __post_init__(self) -> None:
        self.sessions: Sessions = make_sessions(self.store, self.clock, self.ids)

    def sign_in(self) -> tuple[Account, str]:
        account = make_account(self.ids)
        self.store.accounts[account.id] = account
        session, tokens = self.sessions.open(account)
        self.store.add_session(session)
        return account, tokens.refresh

    def refuses(self, token: str) -> str:
        with pytest.raises(Unauthenticated) as refused:
            self.sessions.refresh(token)
        return refused.value.code


@pytest.fixture
def world() -> World:
    return World()


def test_a_refresh_token_gives_a_new_pair_of_tokens(world: World) -> None:
    account, first = world.sign_in()
    signed_in = world.sessions.refresh(first)
    assert signed_in.account == account
    assert signed_in.tokens.refresh != first
    assert signed_in.tokens.expires_in == 900
    assert world.sessions.refresh(signed_in.tokens.refresh).tokens.refresh != signed_in.tokens.refresh


def test_a_token_reused_within_ten_seconds_gets_the_same_successor(world: World) -> None:
    _, first = world.sign_in()
    second = world.sessions.refresh(first).tokens.refresh
    world.clock.forward(10)
    assert world.sessions.refresh(first).tokens.refresh == second
    assert world.sessions.refresh(second)


def test_a_token_reused_after_ten_seconds_ends_the_session(world: World) -> None:
    _, first = world.sign_in()
    second = world.sessions.refresh(first).tokens.refresh
    world.clock.forward(10.001)
    assert world.refuses(first) == "refresh_token_reused"
    assert world.refuses(second) == "invalid_refresh_token"


def test_reuse_of_an_older_token_ends_the_session_at_once(world: World) -> None:
    _, first = world.sign_in()
    second = world.sessions.refresh(first).tokens.refresh
    third = world.sessions.refresh(second).tokens.refresh
    assert world.refuses(first) == "refresh_token_reused"
    assert world.refuses(third) == "invalid_refresh_token"


def test_a_forged_token_ends_no_session(world: World) -> None:
    _, first = world.sign_in()
    second = world.sessions.refresh(first).tokens.refresh
    genuine = RefreshToken.parse(second)
    for generation in (0, 1, 2, 3, 99):
        assert world.refuses(replace(genuine, generation=generation, code=bytes(32)).text) == "invalid_refresh_token"
    assert world.sessions.refresh(second)


def test_a_genuine_token_of_a_generation_not_yet_issued_is_refused(world: World) -> None:
    _, first = world.sign_in()
    token = RefreshToken.parse(first)
    early = RefreshToken.make(token.account_id, token.session_id, 2, derive)
    assert world.refuses(early.text) == "invalid_refresh_token"


def test_a_session_that_is_not_refreshed_in_time_expires(world: World) -> None:
    _, first = world.sign_in()
    world.clock.forward(LIFETIME)
    assert world.refuses(first) == "invalid_refresh_token"


def test_each_refresh_gives_a_session_its_whole_lifetime_again(world: World) -> None:
    _, token = world.sign_in()
    for _ in range(3):
        world.clock.forward(LIFETIME - 1)
        token = world.sessions.refresh(token).tokens.refresh


def test_a_session_that_was_ended_cannot_be_refreshed(world: World) -> None:
    account, first = world.sign_in()
    world.sessions.end(account.id, RefreshToken.parse(first).session_id)
    assert world.refuses(first) == "invalid_refresh_token"


def test_ending_one_session_leaves_the_others(world: World) -> None:
    account, first = world.sign_in()
    session, other = world.sessions.open(account)
    world.store.add_session(session)
    world.sessions.end(account.id, RefreshToken.parse(first).session_id)
    assert world.sessions.refresh(other.refresh)


def test_a_refresh_gives_the_roles_that_the_account_has_now(world: World) -> None:
    account, first = world.sign_in()
    world.store.accounts[account.id] = replace(account, roles=(Role.USER, Role.SELLER))
    assert world.sessions.refresh(first).account.roles == (Role.USER, Role.SELLER)


@pytest.mark.parametrize("loss", ["suspended", "gone"])
def test_an_account_that_is_suspended_or_gone_loses_its_session(world: World, loss: str) -> None:
    account, first = world.sign_in()
    if loss == "gone":
        del world.store.accounts[account.id]
    else:
        world.store.accounts[account.id] = replace(account, status=AccountStatus.SUSPENDED)
    assert world.refuses(first) == "invalid_refresh_token"
    assert not world.store.sessions


def test_two_concurrent_refreshes_get_the_same_successor(world: World) -> None:
    _, first = world.sign_in()
    others: list[str] = []
    world.store.meanwhile = lambda: others.append(world.sessions.refresh(first).tokens.refresh)
    mine = world.sessions.refresh(first).tokens.refresh
    assert others == [mine]


def test_a_session_that_ends_while_it_is_refreshed_stays_ended(world: World) -> None:
    account, first = world.sign_in()
    world.store.meanwhile = lambda: world.sessions.end(account.id, RefreshToken.parse(first).session_id)
    assert world.refuses(first) == "invalid_refresh_token"
    assert not world.store.sessions


def test_a_token_stays_valid_when_the_key_service_fails_during_a_refresh(world: World) -> None:
    _, first = world.sign_in()

    class Down(Exception):
        pass

    def fails(message: bytes) -> bytes:
        raise Down

    broken = make_sessions(world.store, world.clock, world.ids)
    broken._access_tokens._signer.sign = fails  # type: ignore[method-assign]
    with pytest.raises(Down):
        broken.refresh(first)
    world.clock.forward(60)
    assert world.sessions.refresh(first)


def test_only_digests_of_tokens_are_stored(world: World) -> None:
    _, first = world.sign_in()
    second = world.sessions.refresh(first).tokens.refresh
    [kept] = world.store.sessions.values()
    for token in (first, second):
        assert token.removeprefix("souk_rt_") not in repr(kept)
        assert RefreshToken.parse(token).code.hex() not in repr(kept)


class RefreshSequences(RuleBasedStateMachine):
    """In any sequence of calls, a token that was replaced more than ten seconds ago never works."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize()
    def sign_in(self) -> None:
        _, first = self.world.sign_in()
        self.given = [first]
        self.followed_at: dict[str, float] = {}
        self.ended = False

    @rule(seconds=st.sampled_from([0.5, 4, 6, 11, 3600]))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.forward(seconds)

    @rule(place=st.integers(0, 5))
    def somebody_refreshes(self, place: int) -> None:
        token = self.given[-1 - min(place, len(self.given) - 1)]
        now = self.world.clock.now.timestamp()
        is_last = token == self.given[-1]
        forgiven = len(self.given) > 1 and token == self.given[-2] and now - self.followed_at[token] <= 10
        try:
            successor = self.world.sessions.refresh(token).tokens.refresh
        except SoukError as error:
            assert self.ended or not (is_last or forgiven)
            self.ended = self.ended or error.code == "refresh_token_reused"
            return
        assert not self.ended
        assert is_last or forgiven
        if is_last:
            self.followed_at[token] = now
            self.given.append(successor)
        else:
            assert successor == self.given[-1]

    @invariant()
    def an_ended_session_is_deleted(self) -> None:
        sessions: dict[str, Session] = self.world.store.sessions
        assert bool(sessions) != self.ended


TestRefreshSequences = RefreshSequences.TestCase
TestRefreshSequences.settings = settings(max_examples=60, stateful_step_count=30)
