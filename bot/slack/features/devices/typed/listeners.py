"""Names the verb of devices."""

from bot.slack.features.devices.typed.deeds import DeviceActs
from bot.slack.kit.verbs import Verb
from provisioning.actors import Act


def verbs(acts: DeviceActs) -> tuple[Verb, ...]:
    """Return the verb of devices."""
    return (
        Verb(
            name="devices",
            usage="devices [mine | all | pending | slots | add | rename | hand over | disable | "
            "enable | import | export | rules | limits] …",
            summary="Phones and tablets that builds are signed for.",
            examples=(
                "devices",
                "devices add 00008110-001A2B3C4D5E6F70 My iPhone",
                "devices rename My iPhone to Old iPhone",
                "devices hand over Old iPhone to @cid",
                "devices disable Old iPhone",
                "devices add @bob 00008110-001A2B3C4D5E6F70 Bob's iPhone",
                "devices all",
                "devices pending",
                "devices slots",
                "devices rules add QA",
                "devices limits person 3 reserve 10 channel #managers",
            ),
            act=Act.SEE,
            answer=acts.answer,
        ),
    )
