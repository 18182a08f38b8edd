"""Names the verbs that distribute."""

from bot.slack.features.distribution.typed.deeds import DistributeCommand
from bot.slack.kit.verbs import Verb
from provisioning.actors import Act


def verbs(command: DistributeCommand) -> tuple[Verb, ...]:
    """Return the verb that distributes, and the one that sends again."""
    return (
        Verb(
            name="distribute",
            usage=(
                "distribute APP [VERSION] [to GROUP|#channel|@person …] "
                "[mandatory] [silent] [alone|together]"
            ),
            summary="Give a release to groups. Whatever is left out is asked in a form.",
            examples=(
                "distribute harbour to QA",
                "distribute harbour 2.4.0 to QA, Beta mandatory",
                "distribute harbour to #qa silent",
                "distribute harbour to QA alone",
                "distribute harbour 2.5.0 to QA together",
                "distribute harbour",
            ),
            act=Act.DISTRIBUTE,
            answer=command.answer,
        ),
        Verb(
            name="send",
            usage="send APP VERSION to GROUP|#channel|@person … [mandatory] [silent]",
            summary="Send a release again, also an older one. Shows first what each group has now.",
            examples=(
                "send harbour 2.4.0 to Beta",
                "send harbour 2.4.0 to QA, Beta silent",
                "send harbour 2.4.0",
            ),
            act=Act.DISTRIBUTE,
            answer=command.review,
        ),
    )
