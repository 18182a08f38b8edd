"""Errors in Slack's words."""

from bot.slack.drawing.sentences import sentence
from provisioning.errors import NotAllowed, Unclear
from storage.errors import NotFound


def test_whoever_may_not_reads_which_role_and_what_an_admin_types() -> None:
    refused = NotAllowed("…", act="distribute releases", roles=["admin", "release manager"])

    assert sentence(refused) == (
        "You may not distribute releases here: this takes the role admin or release manager. "
        "An admin can give it to you with `/release roles`."
    )


def test_a_house_without_groups_teaches_how_to_make_one() -> None:
    assert "`/release groups create QA`" in sentence(NotFound("There is none.", code="no_groups"))


def test_any_other_error_keeps_its_own_sentence() -> None:
    assert sentence(Unclear("Say which group.", field="targets")) == "Say which group."
    scope = NotAllowed("This token may not.", code="scope_missing", act="see releases")
    assert sentence(scope) == "This token may not."
