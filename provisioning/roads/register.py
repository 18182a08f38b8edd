"""The road of a device to Apple: from a request to a place, and what comes of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from provisioning.appstore.errors import AppStoreError
from provisioning.devices.registry import Registry
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError
from storage.records.registration import RegistrationState
from storage.secrets import SecretUnreadable

#: The trouble of a device whose road broke off.
GAVE_UP = "gave_up"

#: Wants something for all apps that a device's owner has; returns the ids of what was wanted.
Want = Callable[[str], Awaitable[Sequence[str]]]

#: In these Apple is asked: to take a device, or how one stands there.
_AT_APPLE = frozenset(
    {RegistrationState.REGISTERING, RegistrationState.PROCESSING, RegistrationState.INELIGIBLE}
)


@dataclass(frozen=True, slots=True)
class Register:
    """
    Ask people, or Apple; then tell the owner, once for each change.

    A subject is a registration and its turn: waiting for Apple is a row with a moment, and each
    look is a start of its own. Once Apple has a device, `want` is for the apps that are signed
    here, and `want_rebuild` for those that cannot be.
    """

    registry: Registry
    want: Want
    want_rebuild: Want
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="register",
            walk=self,
            unfinished=self.registry.due,
            give_up=self._give_up,
            at_once=64,
        )

    async def __call__(self, step: Step, subject: str) -> None:
        state = await step("look", self.registry.look, subject)
        if state == RegistrationState.REFUSED:
            await step("tell", self.tellers.tell_device, subject)
            await self._show(step, subject)
            await step("asked", self.registry.asked, subject)
        elif state == RegistrationState.AWAITING_APPROVAL:
            await step("tell", self.tellers.tell_device, subject)
            await step("ask", self.tellers.show_approval, _of(subject))
            await step("asked", self.registry.asked, subject)
        elif state == RegistrationState.DISABLED:
            await self._at_apple(step, subject, "disable", self.registry.disable)
        elif state in _AT_APPLE:
            await self._register(step, subject, state)

    async def _register(self, step: Step, subject: str, before: str) -> None:
        after = await self._at_apple(step, subject, "register", self.registry.register)
        if not after or after == before:
            return
        if after == RegistrationState.READY:
            await step("want", self.want, _of(subject))
            await step("want rebuild", self.want_rebuild, _of(subject))
        await step("tell", self.tellers.tell_device, subject)
        await self._show(step, subject)

    async def _at_apple(
        self,
        step: Step,
        subject: str,
        name: str,
        act: Callable[[str], Awaitable[str | None]],
    ) -> str | None:
        """Do something at Apple; what is wrong with the key is said once and tried again later."""
        try:
            return await step(name, act, subject)
        except (AppStoreError, SecretUnreadable) as error:
            await self._put_off(step, subject, error)
            return None

    async def _put_off(self, step: Step, subject: str, error: SlipwayError) -> None:
        if await step("put off", self.registry.put_off, subject, str(error), error.code):
            await step("complain", self.tellers.show_approval, _of(subject))

    async def _show(self, step: Step, subject: str) -> None:
        """Draw the request anew where people were asked; nothing depends on it."""
        try:
            await step.briefly("show", self.tellers.show_approval, _of(subject))
        except SlipwayError:
            return

    async def _give_up(self, subject: str, reason: str) -> None:
        """Look again later: a device is never given up in silence."""
        if await self.registry.put_off(subject, reason, GAVE_UP):
            await self.tellers.show_approval(_of(subject))


def _of(subject: str) -> str:
    return subject.partition("@")[0]
