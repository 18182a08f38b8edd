"""The road of a wave: new profiles for an app, its live releases signed anew, everybody told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from provisioning.devices.profiles import Profiles
from provisioning.devices.waves import Waves
from provisioning.errors import NotNow
from provisioning.roads.looks import come_about
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers
from storage.errors import SlipwayError

TOO_LONG = "The time before it took too long to make this app's profiles."


@dataclass(frozen=True, slots=True)
class Provision:
    """
    Wait for whoever joins, make the profiles, sign, tell.

    Profiles are made first and the old ones deleted last, so that there is always one. However it
    ends, `after` sees to those who were held until then.
    """

    waves: Waves
    profiles: Profiles
    tellers: Tellers
    after: Callable[[str], Awaitable[None]]

    def road(self) -> Road:
        return Road(
            name="provision",
            walk=self,
            unfinished=self.waves.unfinished,
            give_up=self._give_up,
            at_once=16,
        )

    async def __call__(self, step: Step, wave_id: str) -> None:
        if not await come_about(step, "", self.waves.may_begin, wave_id):
            await self._fail(step, wave_id, NotNow(TOO_LONG))
            return
        plan = await step("begin", self.waves.begin, wave_id)
        if not plan["bundles"]:
            await step("finish", self.waves.finish, wave_id, {})
            return
        try:
            signers = await self._certificates(step, wave_id, plan["team"])
            made = await self._profiles(step, wave_id, plan["bundles"], signers)
        except SlipwayError as error:
            await self._fail(step, wave_id, error)
            await self._redraw(step, plan["releases"])
            return
        newly = await step("newly", self.waves.newly, wave_id, made)
        failures = await self._sign(step, plan["builds"], made, signers["fingerprints"])
        await step("finish", self.waves.finish, wave_id, failures)
        await step("after", self.after, wave_id)
        if failures:
            await step("show wave", self.tellers.show_wave, wave_id)
        signed = [tester for tester, builds in newly.items() if not failures.keys() >= set(builds)]
        await self._tell(step, wave_id, signed)
        await self._redraw(step, plan["releases"])
        await self._wait_again(step, wave_id)
        await self._clean(step, wave_id, made)

    async def _certificates(self, step: Step, wave_id: str, team_id: str) -> dict[str, list[str]]:
        await step("read list", self.waves.read_list, team_id)
        return await step("signers", self.profiles.signers, wave_id)

    async def _profiles(
        self, step: Step, wave_id: str, bundles: Sequence[str], signers: dict[str, list[str]]
    ) -> list[str]:
        made = [
            await step(f"profile {bundle}", self.profiles.make, wave_id, bundle, signers)
            for bundle in bundles
        ]
        await step("left out", self.profiles.left_out, wave_id, made)
        return made

    async def _fail(self, step: Step, wave_id: str, error: SlipwayError) -> None:
        """Write down why, and say it to those who can do something about it."""
        about = str(error.data.get("bundle_id", ""))
        await step("fail", self.waves.fail, wave_id, str(error), error.code, about)
        await step("after", self.after, wave_id)
        await step("show wave", self.tellers.show_wave, wave_id)

    async def _sign(
        self, step: Step, builds: Sequence[str], made: Sequence[str], signers: list[str]
    ) -> dict[str, str]:
        """Sign each build; one that cannot be stops no other. Return why, by build."""
        failures = {}
        for build_id in builds:
            try:
                why = await step(f"sign {build_id}", self.waves.sign, build_id, made, signers)
            except SlipwayError as error:
                why = str(error)
            if why:
                failures[build_id] = why
        return failures

    async def _tell(self, step: Step, wave_id: str, testers: Sequence[str]) -> None:
        """Tell each; one who cannot be told stops nobody."""
        for tester_id in testers:
            try:
                await step(f"tell {tester_id}", self.tellers.tell_installable, wave_id, tester_id)
            except SlipwayError:
                continue  # Their Home and their links show it all the same.

    async def _redraw(self, step: Step, releases: Sequence[str]) -> None:
        """Draw announcements anew, which say how many can install; nothing depends on it."""
        for release_id in releases:
            try:
                await step.briefly(f"show {release_id}", self.tellers.show_release, release_id)
            except SlipwayError:
                continue

    async def _wait_again(self, step: Step, wave_id: str) -> None:
        """Let those wait whom Apple left out, and tell each."""
        for subject in await step("wait again", self.waves.wait_again, wave_id):
            try:
                await step(f"tell {subject}", self.tellers.tell_device, subject)
            except SlipwayError:
                continue

    async def _clean(self, step: Step, wave_id: str, made: Sequence[str]) -> None:
        """Delete the old profiles; what is left now goes with the next wave."""
        try:
            await step.briefly("clean", self.profiles.clean, wave_id, made)
        except SlipwayError:
            return

    async def _give_up(self, wave_id: str, reason: str) -> None:
        await self.waves.fail(wave_id, reason)
        await self.after(wave_id)
        await self.tellers.show_wave(wave_id)
