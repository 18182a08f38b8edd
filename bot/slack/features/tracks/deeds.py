"""Answers `tracks`: lists them, makes one, and says which builds are whose."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.features.tracks import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import MentionKind, Token, mentions, words
from bot.slack.kit.verbs import Asked, example, unknown
from bot.slack.named import NamedThings, refuse_unknown
from provisioning.errors import NotNow, Unclear
from provisioning.releases.tracks import NewRules, Tracks

WAYS = ("add", "route", "unroute")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedTrack:
    """What stood behind the verb: a way, plain words, and the rules among them."""

    way: str
    spoken: tuple[str, ...]
    rules: NewRules


def read(rest: Sequence[Token]) -> TypedTrack:
    """Raise Unclear when the first word is none of the ways, or a name is none of Slack's."""
    refuse_unknown(rest)
    plain = words(rest)
    way = plain[0].lower() if plain else ""
    if way not in WAYS:
        raise Unclear(unknown(way or "word", list(WAYS), "tracks"))
    rules = NewRules(
        channels=tuple(dict.fromkeys(m.id for m in mentions(rest, MentionKind.CHANNEL))),
        patterns=tuple(dict.fromkeys(word for word in plain[1:] if "*" in word)),
    )
    return TypedTrack(
        way=way, spoken=tuple(word for word in plain[1:] if "*" not in word), rules=rules
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackCommand:
    """Finds what was meant, then shows or changes it."""

    tracks: Tracks
    named: NamedThings

    async def answer(self, asked: Asked) -> Message:
        """Raise NotAllowed, NotFound, NotNow, Unclear."""
        if not asked.rest:
            return messages.every(await self.tracks.every(asked.by))
        typed = read(asked.rest)
        if typed.way == "add":
            return await self._add(asked, typed)
        return await self._route(asked, typed)

    async def _add(self, asked: Asked, typed: TypedTrack) -> Message:
        if len(typed.spoken) < 2:  # noqa: PLR2004 - an app, and the new one's name
            raise Unclear(
                "Say of which app, and what the new one is called: "
                f"{example('tracks add harbour harbour-staging #staging-builds')}"
            )
        app, name, *display = typed.spoken
        origin = await self._app(app)
        return await self._made(asked, origin, name, " ".join(display), typed.rules)

    async def _made(
        self, asked: Asked, origin: tuple[str, str], name: str, display: str, rules: NewRules
    ) -> Message:
        app_id, called = origin
        try:
            track = await self.tracks.add(
                app_id, asked.by, name, display or f"{called} ({name})", rules
            )
        except Unclear as error:
            known = await self.named.lists.find(name)
            if not asked.again or error.data.get("field") != "name" or known[0] is None:
                raise
            track = await self.tracks.lead(known[0].id, asked.by, rules)
        return messages.made(track, called)

    async def _route(self, asked: Asked, typed: TypedTrack) -> Message:
        if not typed.spoken or not (typed.rules.channels or typed.rules.patterns):
            raise Unclear(
                "Say which track, and a channel or a pattern: "
                f"{example(f'tracks {typed.way} harbour-staging #staging-builds')}"
            )
        app_id, _ = await self._app(" ".join(typed.spoken))
        if typed.way == "route":
            return messages.routed(await self.tracks.lead(app_id, asked.by, typed.rules))
        try:
            track = await self.tracks.leave(app_id, asked.by, typed.rules)
        except NotNow as error:
            if not asked.again or error.code != "no_rule":
                raise
            track = await self.tracks.lead(app_id, asked.by, NewRules())
        return messages.routed(track)

    async def _app(self, text: str) -> tuple[str, str]:
        app = await self.named.app(text)
        return app.id, app.display_name
