"""Ways to tell of a disagreement whether it is one of a kind."""

import re
from collections.abc import Callable

from tests.unit.differential.comparing import Disagreement
from tests.unit.differential.words import Line, Listing, Refusal

Explains = Callable[[Disagreement], bool]


def code_signing_refuses(topics: str, sentence: str) -> Explains:
    """Match what inspection reads and code signing refuses with such a sentence."""
    return lambda found: (
        re.fullmatch(topics, found.topic) is not None
        and not isinstance(found.inspection, Refusal)
        and isinstance(found.codesign, Refusal)
        and re.search(sentence, found.codesign.sentence) is not None
    )


def inspection_refuses(topics: str, sentence: str) -> Explains:
    """Match what code signing reads and inspection refuses with such a sentence."""
    return lambda found: (
        re.fullmatch(topics, found.topic) is not None
        and not isinstance(found.codesign, Refusal)
        and isinstance(found.inspection, Refusal)
        and re.search(sentence, found.inspection.sentence) is not None
    )


def listing_shows(sentence: str, shows: Callable[[Listing], bool]) -> Explains:
    """Match an archive that code signing refuses for what is seen in the list of inspection."""
    refuses = code_signing_refuses("directory", sentence)
    return lambda found: (
        refuses(found) and isinstance(found.inspection, Listing) and shows(found.inspection)
    )


def line_shows(sentence: str, shows: Callable[[Line], bool]) -> Explains:
    """Match an archive that code signing refuses for one of the entries that inspection lists."""
    return listing_shows(sentence, lambda listing: any(map(shows, listing.lines)))


def values(topic: str, explain: Callable[[object, object], bool]) -> Explains:
    """Match two answers to one question; inspection's comes first."""
    return lambda found: found.topic == topic and explain(found.inspection, found.codesign)


def either(*explanations: Explains) -> Explains:
    return lambda found: any(explains(found) for explains in explanations)
