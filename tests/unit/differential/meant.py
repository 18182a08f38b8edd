"""
The differences that are meant, each with its reason.

A disagreement that none of them explains is a mistake of one library or the other. Inspection is
asked for everything here; in the house it asks an archive only for what it shows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from tests.unit.differential import causes, specimens
from tests.unit.differential.comparing import Disagreement
from tests.unit.differential.explaining import (
    Explains,
    code_signing_refuses,
    either,
    inspection_refuses,
    line_shows,
    listing_shows,
    values,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    One kind of disagreement that is no mistake.

    `explains` looks at the cause where an answer shows it; `specimen` compares the smallest bytes
    that show the difference.
    """

    reason: str
    explains: Explains
    specimen: Callable[[], Iterator[Disagreement]]


MEANT: Mapping[str, Difference] = {
    "a name that leaves the archive": Difference(
        reason="Code signing hands its archive on to whoever unpacks it; for inspection, which "
        "unpacks nothing, a name is a key without a meaning.",
        explains=line_shows("name that leaves the archive", causes.leaves_the_archive),
        specimen=lambda: specimens.archive(specimens.named(b"../x")),
    ),
    "a name that is no text": Difference(
        reason="Code signing has to compare names with those in a seal, which are text; "
        "inspection compares bytes.",
        explains=line_shows("name that is no text", causes.is_no_text),
        specimen=lambda: specimens.archive(specimens.named(b"\xff", flags=0x800)),
    ),
    "an entry without a name": Difference(
        reason="A seal cannot name it; inspection never asks for it.",
        explains=line_shows("has no usable name", causes.has_no_name),
        specimen=lambda: specimens.archive(specimens.named(b"")),
    ),
    "one name in two spellings": Difference(
        reason="On a phone's disk both are one file, which is what gets signed; inspection reads "
        "an entry by its exact bytes.",
        explains=listing_shows("stands in this archive twice", causes.holds_two_spellings),
        specimen=specimens.two_spellings,
    ),
    "entries that overlap": Difference(
        reason="Code signing carries entries over one by one, so each must have its own bytes; "
        "inspection reads single entries, each within a limit.",
        explains=either(
            listing_shows("overlaps another entry, or lies outside", causes.overlaps),
            code_signing_refuses("content", "overlaps another entry"),
        ),
        specimen=specimens.overlap,
    ),
    "strange packing": Difference(
        reason="Code signing reads every entry and refuses the archive; inspection refuses the "
        "entry when it is asked for it.",
        explains=line_shows("is encrypted|is packed in a way", causes.is_packed_strangely),
        specimen=specimens.strange_packing,
    ),
    "more than a device can hold": Difference(
        reason="Code signing inflates every entry; inspection a few, each within a limit.",
        explains=listing_shows("more than any device could hold", causes.unpacks_to_too_much),
        specimen=specimens.too_much,
    ),
    "a symbolic link": Difference(
        reason="Code signing seals where a link points; inspection never follows one.",
        explains=inspection_refuses("content", "is a link, which is not followed"),
        specimen=specimens.link,
    ),
    "bytes behind a stream's end": Difference(
        reason="Code signing keeps packed bytes as they are and wants to know all of them; "
        "inspection stops where the content is complete and its checksum right.",
        explains=code_signing_refuses("content", "has bytes behind its end"),
        specimen=specimens.bytes_behind_a_stream,
    ),
    "a place outside of the file": Difference(
        reason="Code signing writes at the places of segments, signatures and slices; inspection "
        "reads the head of a stream, and knows neither them nor where the file ends.",
        explains=code_signing_refuses(
            "program",
            "lies outside of its file|slice of this fat file lies outside|Slices .* overlap|"
            "segment's load command is too short|more sections than it holds|file ends before",
        ),
        specimen=specimens.place_outside,
    ),
    "a big-endian program": Difference(
        reason="No device that an app is signed for runs one; inspection meets them in old "
        "symbols and Mac apps.",
        explains=code_signing_refuses("program", "is no Mach-O file"),
        specimen=specimens.big_endian,
    ),
    "a platform by the older commands": Difference(
        reason="Code signing wants to know simulators only, which these commands cannot name.",
        explains=values("program.parts.platform", causes.is_an_old_platform),
        specimen=specimens.old_platform,
    ),
    "other parts of a signature": Difference(
        reason="Code signing makes every part anew and reads them all; inspection shows the "
        "entitlements and reads nothing else.",
        explains=code_signing_refuses(
            "signature",
            "part of the signature|[Pp]arts of the signature|CodeDirectory|"
            "CMS signature|certificate",
        ),
        specimen=specimens.other_parts,
    ),
    "a profile without expiry or entitlements": Difference(
        reason="Nothing can be signed with it; inspection shows what there is.",
        explains=code_signing_refuses("profile", "lacks its expiry or its entitlements"),
        specimen=specimens.profile_without_its_end,
    ),
    "a damaged envelope": Difference(
        reason="Inspection has one reader for all signatures, which takes the certificates apart "
        "too; code signing takes out the list and leaves the envelope to who verifies it.",
        explains=inspection_refuses("profile", "^A signature structure"),
        specimen=specimens.damaged_bag,
    ),
    "kinds of a Mac": Difference(
        reason="Code signing signs for phones, where no such kinds are.",
        explains=values("profile.kind", causes.are_kinds_of_a_mac),
        specimen=lambda: specimens.profile(Platform=["OSX"], ProvisionsAllDevices=True),
    ),
    "text for people": Difference(
        reason="Inspection's texts are shown to people: without control characters, and cut.",
        explains=either(
            values("profile.name", partial(causes.is_cleaned, 255)),
            values("profile.uuid", partial(causes.is_cleaned, 64)),
            values("profile.team", partial(causes.is_cleaned, 64)),
            values("profile.platforms", causes.are_cleaned),
        ),
        specimen=lambda: specimens.profile(Name="Har\u202ebour", Platform=["i" * 40]),
    ),
    "devices that are none": Difference(
        reason="Inspection's devices are counted and compared, so what cannot be a UDID is none.",
        explains=values("profile.devices", causes.are_udids),
        specimen=lambda: specimens.profile(ProvisionedDevices=["00008110-0", "<b>"]),
    ),
    "the first thousand certificates": Difference(
        reason="Inspection keeps its sheet small; code signing looks for one among all.",
        explains=values("profile.certificates", causes.are_the_first),
        specimen=lambda: specimens.profile(DeveloperCertificates=[b"x"] * 1_001),
    ),
    "entitlements as JSON": Difference(
        reason="Inspection keeps a copy that a record can hold: JSON, with a budget.",
        explains=either(
            values("profile.entitlements", causes.are_json),
            values("signature.entitlements", causes.are_json),
        ),
        specimen=lambda: specimens.profile(Entitlements={"bytes": b"x"}),
    ),
    "lists measured before they are read": Difference(
        reason="Inspection reads before anybody trusts a file, and believes no count that the "
        "size of a binary list cannot bear out; code signing counts what came out.",
        explains=inspection_refuses("profile|signature", "is no property list that can be read"),
        specimen=specimens.odd_count,
    ),
    "budgets of lists": Difference(
        reason="Inspection's budget is for the size of a sheet, code signing's for that of a seal.",
        explains=either(
            code_signing_refuses("profile|signature", "would take too much to read"),
            inspection_refuses("profile|signature", "too many values|nested too deeply"),
        ),
        specimen=specimens.deep_and_wide,
    ),
}


def names(found: Disagreement) -> list[str]:
    """Return the names of the differences that explain a disagreement."""
    return [name for name, difference in MEANT.items() if difference.explains(found)]


def unexplained(found: Iterable[Disagreement]) -> list[str]:
    """Return the disagreements that nobody means, as they are shown."""
    return [str(one)[:1_000] for one in found if not names(one)]
