"""
Models of Apple's devices: what an identifier such as `iPhone14,5` is called, and its chips.

The facts lie in `models.tsv`, a line an identifier: `model`, `name`, `chips` (hexadecimal, several
where one model was made with either) and `family`. A model that is not there is shown by its
identifier and keeps nobody from anything. Rows of an admin's own, `read_models`, are given beside
ours: `among=known_models() | read_models(rows)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from provisioning.devices.udids import Udid, UdidForm

FAMILIES: Final = frozenset({"iphone", "ipad", "ipod", "watch", "tv", "vision", "mac"})

#: From the A12 of 2018 on, devices have the UDID that begins with their chip; of watches and of
#: chips older than that nothing is said.
_FIRST_CHIP_WITH_NEW_UDIDS: Final = 0x8020
_FAMILIES_OF_THE_CHANGE: Final = frozenset({"iphone", "ipad"})
_COLUMNS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model; `chip_ids` are the numbers with which a UDID of it can begin."""

    identifier: str
    name: str
    chip_ids: tuple[int, ...]
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipDoubt:
    """
    A UDID that does not fit the model it is said to be of: a warning, never a refusal.

    `found` is the chip that the UDID names, None for a UDID of the time before they did.
    """

    model: Model
    found: int | None

    @property
    def sentence(self) -> str:
        """What to tell a person."""
        return f"This UDID is not one of the model {self.model.name} ({self.model.identifier})."


def read_models(text: str) -> dict[str, Model]:
    """
    Read lines of a table of models, tab-separated, without its heading.

    Raise ValueError, with the number of the line, where one is not such a row.
    """
    models: dict[str, Model] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != _COLUMNS or cells[3] not in FAMILIES:
            raise ValueError(f"Line {number} is not a model, its name, its chips and its family.")
        identifier, name, chips, family = cells
        chip_ids = tuple(int(chip, 16) for chip in chips.split())
        models[identifier] = Model(
            identifier=identifier, name=name, chip_ids=chip_ids, family=family
        )
    return models


@cache
def known_models() -> dict[str, Model]:
    """Return the models that Slipway knows, by identifier."""
    table = files("provisioning.devices").joinpath("models.tsv").read_text("utf-8")
    return read_models(table.partition("\n")[2])


def name_of_model(identifier: str, among: Mapping[str, Model] | None = None) -> str:
    """Return what people call a model: `iPhone 13`; the identifier of one that is not known."""
    model = _models(among).get(identifier)
    return model.name if model else identifier


def models_of_chip(chip_id: int, among: Mapping[str, Model] | None = None) -> tuple[Model, ...]:
    """Return the models that have a chip, in the order of the table."""
    return tuple(model for model in _models(among).values() if chip_id in model.chip_ids)


def doubt(
    udid: Udid, identifier: str, among: Mapping[str, Model] | None = None
) -> ChipDoubt | None:
    """Return why a UDID does not fit a model; None when it does, or when nobody can tell."""
    model = _models(among).get(identifier)
    if model is None or not model.chip_ids or _fits(udid, model):
        return None
    return ChipDoubt(model=model, found=udid.chip_id)


def _models(among: Mapping[str, Model] | None) -> Mapping[str, Model]:
    return known_models() if among is None else among


def _fits(udid: Udid, model: Model) -> bool:
    if udid.chip_id is not None:
        return udid.chip_id in model.chip_ids
    if udid.form is UdidForm.UUID:
        # The Macs of the table have Apple silicon: Apple registers their Provisioning UDID.
        return False
    changed = model.family in _FAMILIES_OF_THE_CHANGE
    return not (changed and min(model.chip_ids) >= _FIRST_CHIP_WITH_NEW_UDIDS)
