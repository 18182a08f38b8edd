"""What people read about devices: what is no UDID, where one stands, what is wrong with a list."""

from typing import Final

from provisioning.devices.bulk.rows import RowProblem
from provisioning.devices.enrolment.trust import Distrust
from provisioning.devices.lookalikes import Likeness, Lookalike
from provisioning.devices.models import models_of_chip
from provisioning.devices.udids import Udid, UdidForm

#: What it is, for whoever sent it. `{digits}` and `{wanted}` come from the lookalike's data.
_SENTENCES: Final = {
    Likeness.DASHLESS: "is a UDID without its dash. Is it this one: 8 digits, a dash, 16 digits?",
    Likeness.NOT_HEX: (
        "has the shape of a UDID, but a letter beyond F in it. A UDID has digits and the letters "
        "A to F only, so an O is a 0: please copy it again."
    ),
    Likeness.LENGTH: (
        "is nearly a UDID: it has {digits} digits where {wanted} belong. Please copy all of it."
    ),
    Likeness.UUID: (
        "is a UUID: of a simulator, of Xcode's own list, or of an app. Only an Intel Mac has a "
        "UDID of this form, its Hardware UUID."
    ),
    Likeness.SERIAL: "looks like a serial number.",
    Likeness.IMEI: "looks like an IMEI, the number of the phone in the mobile network.",
    Likeness.MEID: "looks like an MEID, the number of the phone in the mobile network.",
    Likeness.ICCID: "looks like an ICCID, the number of a SIM card.",
    Likeness.EID: "looks like an EID, the number of the eSIM.",
    Likeness.ECID: "looks like an ECID, the number of the chip: it is a part of the UDID only.",
    Likeness.MAC: "looks like a Wi-Fi or Bluetooth address.",
    Likeness.MODEL_NUMBER: "looks like a model number: every device of that kind has the same.",
    Likeness.SIMULATOR: "is a simulator, which needs no registration and installs from Xcode only.",
    Likeness.UNKNOWN: "is no UDID.",
}

#: Where the UDID of a device stands, by the family of its model.
WHERE: Final = {
    "iphone": (
        "Connect it to a Mac, select it in Finder and click the line below its name until the UDID "
        "shows. On Windows, click the serial number in Apple Devices or iTunes."
    ),
    "mac": (
        "Open System Information, Hardware: it is the Provisioning UDID, or the Hardware UUID on "
        "an Intel Mac."
    ),
    "watch": (
        "Connect the paired iPhone to a Mac and open Window, Devices and Simulators in Xcode: the "
        "watch has an Identifier of its own below the phone's."
    ),
    "tv": (
        "Pair it in Xcode, in Window, Devices and Simulators, or in Apple Configurator: it is the "
        "Identifier there."
    ),
    "vision": ("Pair it in Xcode, in Window, Devices and Simulators: it is the Identifier there."),
}
WHERE["ipad"] = WHERE["ipod"] = WHERE["iphone"]


def sentence(item: Lookalike) -> str:
    """Return what to tell whoever sent *item*, for instance that it is a serial number."""
    what = f"…{item.tail}" if item.tail else "This"
    return f"{what} {_SENTENCES[item.likeness].format(**item.data)}"


def where(family: str) -> str:
    """Return where the UDID of a device of *family* stands; an iPhone's for one that is unknown."""
    return WHERE.get(family, WHERE["iphone"])


#: So many models are named that a UDID can be of.
_MOST_LIKELY: Final = 3


def likely_models(udid: Udid) -> str:
    """Return what a UDID alone tells of its device: `an iPhone 13, iPhone 13 mini or …`."""
    if udid.form is UdidForm.LONG:
        return "an iPhone, iPad or iPod up to 2018"
    if udid.form is UdidForm.UUID:
        return "a Mac with Intel"
    models = models_of_chip(udid.chip_id) if udid.chip_id is not None else ()
    found = list(dict.fromkeys(model.name for model in models))
    if not found:
        return "of a model that I do not know yet"
    if len(found) > _MOST_LIKELY:
        return f"one with the chip of {found[0]}, {found[1]} and {len(found) - 2} more models"
    return f"one with the chip of {' or '.join(found)}"


#: What is wrong with a line of a list, by the code of its problem.
_PROBLEMS: Final = {
    "platform": "the platform has to be ios (also for a TV, a watch or a Vision Pro) or mac.",
    "columns": "the line needs the UDID and the name of a device, and no column more.",
    "no_entry": "the entry is no device.",
    "long_name": "the name has {length} characters, and Apple takes {most}.",
    "bad_name": "the name holds a line break or a character that cannot be seen.",
    "twice": "this device stands in line {first} already.",
}


def problem(item: RowProblem) -> str:
    """Return what is wrong with a line, with its number: `Line 3: the name has 60 characters …`."""
    if item.code == "no_udid":
        data = dict(item.data)
        likeness = Likeness(data.pop("likeness"))
        unlike = Lookalike(likeness=likeness, tail=data.pop("tail"), data=data)
        return f"Line {item.line}: {sentence(unlike)}"
    return f"Line {item.line}: {_PROBLEMS[item.code].format(**item.data)}"


#: Why the answer of a device is not verified, for those who approve it.
_DISTRUST: Final = {
    Distrust.UNCHECKED: "It was not checked who signed the answer of this device.",
    Distrust.OTHER_ISSUER: "The answer was signed, by nothing that is known as Apple's.",
    Distrust.FORGED_ISSUER: "The answer was signed with a certificate that only claims to be "
    "Apple's.",
    Distrust.AUTHORITY: "The answer was signed by an authority, which no device is.",
    Distrust.USAGE: "The answer was signed with a key that is not for signatures.",
    Distrust.CRITICAL: "The certificate of the device asks for something that is not known here.",
    Distrust.DAMAGED: "The certificate of the device is damaged.",
}


def why_unverified(distrust: Distrust) -> str:
    """Return why an answer is not verified to come from a device of Apple's."""
    return _DISTRUST[distrust]
