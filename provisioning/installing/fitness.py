"""Why a build cannot be signed again, so that no new phone can ever be added to it."""

from collections.abc import Collection
from dataclasses import dataclass

from provisioning.installing.reasons import lasting
from storage.inspection.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Why nobody here can sign a build again: `code` for programs, `sentence` for people."""

    code: str
    sentence: str


def why_not_resignable(
    facts: Facts,
    *,
    refusal: str = "",
    teams: Collection[str] = (),
    is_external: bool = False,
) -> Unfit | None:
    """
    Return why a build cannot be signed again; None when it can, as far as that is known.

    *refusal* is what came out when it was looked at to be prepared (`Preparation.reason` of one
    that is `unfit`). *teams* are the ids of the teams at Apple that sign here: while there is none,
    nothing is said of a build's own. What is wrong with the whole file is told in the words that
    every other place has for it.
    """
    if is_external:
        return Unfit(
            code="external", sentence="It lies elsewhere, and what is not here cannot be signed."
        )
    if facts.platform != "ios":
        return Unfit(
            code="not-ios", sentence="Only apps for iPhone and iPad are signed for each phone."
        )
    reason = lasting(facts)
    if reason is not None:
        return Unfit(code=reason.code, sentence=reason.sentence)
    if refusal:
        return Unfit(code="refused", sentence=refusal)
    team_id = facts.signing.team_id
    if teams and team_id and team_id not in teams:
        return Unfit(code="other-team", sentence=other_team(facts, team_id))
    return None


def other_team(facts: Facts, team_id: str) -> str:
    """Return what to say of a build whose team nobody here speaks for at Apple."""
    name = facts.signing.team_name
    team = f"{name} ({team_id})" if name and name != team_id else team_id
    return (
        f"It belongs to the team {team}, which is not connected to this Slipway. Connect that "
        "team, or build the app with one that is."
    )
