"""
The process in which `slipway inspect` has a package read and its sheet written.

The command itself prints what comes back: importing the sheet twice would take most of its time.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from provisioning.installing.reasons import reasons, unsaid
from storage.inspection.facts import Inspection
from storage.inspection.process import serve
from storage.inspection.sheet import render


def sheet_of(found: Inspection, *, as_json: bool, around: Sequence[str] = ()) -> str:
    """
    Return the sheet of a package, with why nobody can install it and what was noticed.

    *around* are sentences about where it lay.
    """
    found = replace(found, notes=(*found.notes, *around))
    why = reasons(found.facts, at=datetime.now(UTC))
    obstacles = [reason.sentence for reason in why]
    if as_json:
        return found.text(obstacles=list(obstacles))
    return render(found.facts, [*obstacles, *unsaid(found.notes, why)])


if __name__ == "__main__":
    serve(sheet_of)
