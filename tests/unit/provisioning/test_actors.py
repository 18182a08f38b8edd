"""Who acts, as records keep it and as permissions see it."""

import pytest

from provisioning.actors import (
    CLOCK,
    COMMAND_LINE,
    Act,
    Actor,
    ActorKind,
    Identity,
    email,
    person,
    referred,
    slack,
    token,
)


@pytest.mark.parametrize(
    ("actor", "reference"),
    [
        (person(slack("U012ABC"), origin="slack"), "person:slack:U012ABC"),
        (person(email("Ann@Example.com "), origin="api"), "person:email:ann@example.com"),
        (token("7f", origin="app center", scopes=[Act.UPLOAD]), "token:7f"),
        (Actor(kind=ActorKind.HOOK, id="gh1", origin="github"), "hook:gh1"),
        (CLOCK, "clock"),
        (COMMAND_LINE, "command line"),
    ],
)
def test_a_reference_comes_back_as_who_it_was(actor: Actor, reference: str) -> None:
    assert actor.reference == reference
    back = referred(reference)
    assert (back.kind, back.id, back.identity) == (actor.kind, actor.id, actor.identity)


def test_an_identity_is_a_kind_and_a_value() -> None:
    assert Identity.read("slack:U1") == slack("U1")
    for nonsense in ("", "slack:", "U1", "fax:123"):
        assert Identity.read(nonsense) is None
