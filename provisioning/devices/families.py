"""Families of devices, each with places of its own: Apple's words, and ours."""

from typing import Final

from provisioning.devices.models import known_models, models_of_chip
from provisioning.devices.udids import Udid, UdidForm, read_udid
from storage.records.device import Device

#: A family has so many places in a membership year (Apple, "Device registration").
PLACES: Final = 100

IPHONE: Final = "IPHONE"
MAC: Final = "MAC"

#: Apple's `deviceClass` for the families of our table of models.
CLASS_OF: Final = {
    "iphone": IPHONE,
    "ipad": "IPAD",
    "ipod": "IPOD",
    "watch": "APPLE_WATCH",
    "tv": "APPLE_TV",
    "vision": "APPLE_VISION_PRO",
    "mac": MAC,
}
#: What people call Apple's classes; a new one is shown as Apple spells it.
NAMES: Final = {
    IPHONE: "iPhone",
    "IPAD": "iPad",
    "IPOD": "iPod",
    "APPLE_WATCH": "Apple Watch",
    "APPLE_TV": "Apple TV",
    "APPLE_VISION_PRO": "Apple Vision Pro",
    MAC: "Mac",
    "APPLE_SILICON_MAC": "Mac",
}
#: These get into no profile of an iOS app.
NOT_FOR_IOS_APPS: Final = frozenset({"APPLE_TV", MAC, "APPLE_SILICON_MAC"})


def family_name(device_class: str) -> str:
    """Return what people call a family: `iPhone`; Apple's word for one that is not known."""
    return NAMES.get(device_class, device_class or "Device")


def likely_class(udid: Udid, model: str, platform: str) -> str:
    """Return the class that Apple will most likely put a device in, before it has told."""
    known = known_models().get(model)
    if known is not None:
        return CLASS_OF[known.family]
    if platform == "MAC_OS" or udid.form is UdidForm.UUID:
        return MAC
    families = {one.family for one in models_of_chip(udid.chip_id)} if udid.chip_id else set()
    return CLASS_OF[families.pop()] if len(families) == 1 else IPHONE


def class_of(device: Device) -> str:
    """Return the class that Apple will most likely put a device in."""
    udid = read_udid(device.udid, mac=device.platform == "MAC_OS")
    assert udid is not None  # Nothing else is kept.
    return likely_class(udid, device.model, device.platform)
