"""Every record in one place, so that the metadata is complete wherever tables are compared."""

from sqlmodel import SQLModel

from storage.records import (
    app,
    apple_invitation,
    apple_team,
    audit,
    build,
    destination,
    device,
    distribution,
    grant,
    group,
    identity,
    organization,
    person,
    posting,
    promise,
    release,
    role,
    seen,
    symbols,
    tester,
    upload,
    variant,
)

MODULES = (
    app,
    apple_invitation,
    apple_team,
    audit,
    build,
    destination,
    device,
    distribution,
    promise,
    grant,
    group,
    identity,
    organization,
    person,
    posting,
    release,
    role,
    seen,
    symbols,
    tester,
    upload,
    variant,
)
METADATA = SQLModel.metadata
