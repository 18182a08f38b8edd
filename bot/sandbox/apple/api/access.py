"""Who calls: the key behind a request, its team, and whether it may come in at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.sandbox.apple.api.resource import too_small
from bot.sandbox.apple.errors import Forbidden
from bot.sandbox.apple.keys import ApiKey, Role
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.apple.tokens import check_scope, key_of
from bot.sandbox.shapes import JsonObject

AGREEMENTS = "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED"
_SHUT_OUT = frozenset({Role.MARKETING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A request's key and the team that it belongs to; *claims* are those of its token."""

    team: SandboxTeam
    key: ApiKey
    claims: JsonObject

    def check(self, method: str, path: str) -> None:
        """Raise Forbidden for whom the provisioning endpoints are closed."""
        check_scope(self.claims, method, path)
        if self.key.is_individual or self.key.role in _SHUT_OUT:
            raise too_small()
        if self.team.rules.agreements_missing:
            raise Forbidden(
                AGREEMENTS,
                "A required agreement is missing or has expired. The Account Holder has to accept"
                " it on the website.",
            )


def caller_of(authorization: str, teams: Sequence[SandboxTeam], now: float) -> Caller:
    """Return who makes a request. Raise NotAuthorized. *now* is in seconds since 1970."""
    keys: Mapping[str, ApiKey] = {id_: key for team in teams for id_, key in team.keys.items()}
    key, claims = key_of(authorization, keys, now)
    team = next(team for team in teams if key.id in team.keys)
    return Caller(team=team, key=key, claims=claims)
