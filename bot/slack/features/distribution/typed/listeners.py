"""Names the verb that distributes."""

from bot.slack.features.distribution.typed.deeds import DistributeCommand
from bot.slack.kit.verbs import Verb
from provisioning.actors import Act


def verbs(command: DistributeCommand) -> tuple[Verb, ...]:
    """Return the verb that distributes."""
    return (
        Verb(
            name="distribute",
            usage="distribute APP [VERSION] [to GROUP|#channel|@person …] [mandatory] [silent]",
            summary="Give a release to groups. Whatever is left out is asked in a form.",
            examples=(
                "distribute harbour to QA",
                "distribute harbour 2.4.0 to QA, Beta mandatory",
                "distribute harbour to #qa silent",
                "distribute harbour",
            ),
            act=Act.DISTRIBUTE,
            answer=command.answer,
        ),
    )
