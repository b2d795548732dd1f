"""The sessions that `spnkr` works with, and where its tokens come from."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from media_assets.errors import ApiCallError, ApiTokenError
from media_assets.matches.live_wire import Answer, Request, Wire, film_value
from media_assets.settings import READY_TOKENS, RENEWING_TOKENS, Credentials

if TYPE_CHECKING:  # its models take 0.4 s to load
    from spnkr.client import HaloInfiniteClient

_NOT_ACCEPTED: Final = 401


class PlainSession:
    """Sends what it is given and adds nothing: for the requests that make tokens."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """An answer that was fine; see `Wire.ask` for what is raised."""
        return await self._wire.ask(Request("GET", url, headers=headers or {}))

    async def post(
        self, url: str, headers: Mapping[str, str] | None = None, **body: Mapping[str, Any]
    ) -> Answer:
        """The same; `json` or `data` is the body."""
        return await self._wire.ask(Request("POST", url, headers=headers or {}, body=body))


class LiveSession:
    """Adds the tokens to what goes to the API, renews them once when they are not accepted."""

    def __init__(self, wire: Wire, credentials: Credentials) -> None:
        """`headers` are filled by `spnkr` when it is given tokens."""
        self.headers: dict[str, str] = {}
        self.client: HaloInfiniteClient | None = None
        self._wire = wire
        self._credentials = credentials
        self._renewing = asyncio.Lock()

    async def get(
        self, url: str, *, params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """An answer that was fine.

        Raises:
            ApiTokenError: the tokens are not accepted, or new ones are not to be had.
            ApiCallError: as `Wire.ask`, and so is `ApiDownError`.
        """
        tokens = dict(self.headers)
        try:
            return await self._ask(url, params, {**tokens, **(headers or {})})
        except ApiCallError as error:
            if error.status != _NOT_ACCEPTED:
                raise
        await self._renew(tokens)
        try:
            return await self._ask(url, params, {**self.headers, **(headers or {})})
        except ApiCallError as error:
            if error.status == _NOT_ACCEPTED:
                raise ApiTokenError(refused()) from None
            raise

    async def film_chunk(self, url: str) -> bytes:
        """A film chunk that is whole, from the film store, which gets no token."""
        return (await self._wire.ask(Request("GET", url), film_value)).body

    async def open(self) -> "HaloInfiniteClient":
        """The client, with tokens.

        Raises:
            ApiTokenError: no tokens are to be had.
        """
        from spnkr.client import HaloInfiniteClient

        spartan, clearance = self._credentials.spartan_token, self._credentials.clearance_token
        if spartan is None or clearance is None:
            spartan, clearance = await new_tokens(self._wire, self._credentials)
        # The type of the session is narrower than what is used of it: `headers` and `get`.
        self.client = HaloInfiniteClient(self, spartan, clearance)
        return self.client

    async def _ask(
        self, url: str, params: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Answer:
        return await self._wire.ask(Request("GET", url, params, headers))

    async def _renew(self, refused_tokens: Mapping[str, str]) -> None:
        """New tokens, once for all calls that were refused with the same ones."""
        async with self._renewing:
            if self.headers != refused_tokens:
                return
            if self._credentials.app is None or self.client is None:
                raise ApiTokenError(refused())
            self.client.set_tokens(*await new_tokens(self._wire, self._credentials))


async def new_tokens(wire: Wire, credentials: Credentials) -> tuple[str, str]:
    """A Spartan token, which is valid for 4 hours, and a clearance token.

    The steps are those of `spnkr.auth.refresh_player_tokens`, without the one that asks who the
    player is: its answer does not always say that, and then all of them would fail.

    Raises:
        ApiTokenError: one of the steps was refused. What it was refused with is left out, since an
            answer may repeat what it was sent.
    """
    from spnkr.auth import AzureApp
    from spnkr.auth.core import XSTS_V3_HALO_AUDIENCE
    from spnkr.auth.halo import request_clearance_token, request_spartan_token
    from spnkr.auth.oauth import refresh_oauth_token
    from spnkr.auth.xbox import request_user_token, request_xsts_token

    app = credentials.app
    if app is None:
        raise ApiTokenError(refused())
    session: Any = PlainSession(wire)
    azure = AzureApp(app.client_id, app.client_secret, app.redirect_uri)
    try:
        oauth = await refresh_oauth_token(session, app.refresh_token, azure)
        user = await request_user_token(session, oauth.access_token)
        xsts = await request_xsts_token(session, user.token, XSTS_V3_HALO_AUDIENCE)
        spartan = await request_spartan_token(session, xsts.token)
        clearance = await request_clearance_token(session, spartan.token)
        tokens = spartan.token, clearance.token
    except ApiCallError as error:
        if not error.final:
            raise
        raise ApiTokenError(
            f"no new tokens: {error}; check {', '.join(RENEWING_TOKENS)} in the environment "
            "(a refresh token ends when it is not used for long, or is taken back)"
        ) from None
    except (KeyError, TypeError, IndexError):
        raise ApiTokenError(
            "no new tokens: an answer on the way to them has another shape; check "
            f"{', '.join(RENEWING_TOKENS)} in the environment"
        ) from None
    return tokens


def refused() -> str:
    """What to do about tokens that are not accepted."""
    return (
        f"the API does not accept the tokens (HTTP 401): set {' and '.join(READY_TOKENS)} in the "
        f"environment anew, they end after 4 hours, or set {', '.join(RENEWING_TOKENS)}, with "
        "which new ones are made when they are needed"
    )
