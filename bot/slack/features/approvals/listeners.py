"""Listens for decisions about what waits for approval, and names the verb that lists it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.approvals.deeds import ApprovalDesk
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form
from bot.slack.kit.payloads import Body, Click, click_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer, carried_out
from bot.slack.workspace import Workspace
from provisioning.actors import Act

FIELDS = {"because": names.APPROVAL_REASON}


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb that lists what waits."""
    desk = ApprovalDesk(house, workspace)
    _register_buttons(app, desk)
    _register_questions(app, desk, workspace)
    _register_forms(app, desk, workspace)
    return (
        Verb(
            name="approvals",
            usage="approvals",
            summary="What waits for an approval. Which groups take one is said with groups.",
            examples=("approvals",),
            act=Act.SEE_APPROVALS,
            answer=desk.listed,
        ),
    )


def _register_buttons(app: AsyncApp, desk: ApprovalDesk) -> None:
    @app.action(names.APPROVAL_APPROVE)
    async def on_approve(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.approve(click_of(body))

    @app.action(names.APPROVAL_WITHDRAW)
    async def on_withdraw(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.withdraw(click_of(body))

    @app.action(names.APPROVAL_AGAIN)
    async def on_again(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.again(click_of(body))

    @app.action(names.APPROVAL_SHOW)
    async def on_show(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.show(click_of(body))


def _register_questions(app: AsyncApp, desk: ApprovalDesk, workspace: Workspace) -> None:
    async def ask(
        body: Body, label: str, action: str, form_of: Callable[[Click], Awaitable[Form | None]]
    ) -> None:
        click = click_of(body)
        form = await form_of(click)
        if form is not None:
            again = blocks.button(label, action, click.value)
            await workspace.doorman.open(click.asker, click.trigger_id, form, again=again)

    @app.action(names.APPROVAL_DECLINE)
    async def on_decline(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await ask(body, "Decline…", names.APPROVAL_DECLINE, desk.ask_why)

    @app.action(names.APPROVAL_OVERRIDE)
    async def on_override(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await ask(body, "Override…", names.APPROVAL_OVERRIDE, desk.ask_override)


def _register_forms(app: AsyncApp, desk: ApprovalDesk, workspace: Workspace) -> None:
    @app.view(names.APPROVAL_DECLINE_FORM)
    async def on_decline_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        declined = carried_out(desk.decline(submission_of(body)), FIELDS, names.APPROVAL_REASON)
        await answer(ack, workspace.doorman, body, declined)

    @app.view(names.APPROVAL_OVERRIDE_FORM)
    async def on_override_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        overridden = carried_out(desk.override(submission_of(body)), FIELDS, names.APPROVAL_REASON)
        await answer(ack, workspace.doorman, body, overridden)
