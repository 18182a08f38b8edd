"""Every record in one place, so that the metadata is complete wherever tables are compared."""

from sqlmodel import SQLModel

from storage.records import (
    app,
    audit,
    build,
    distribution,
    grant,
    group,
    identity,
    organization,
    person,
    posting,
    release,
    role,
    seen,
    tester,
    upload,
    variant,
)

MODULES = (
    app,
    audit,
    build,
    distribution,
    grant,
    group,
    identity,
    organization,
    person,
    posting,
    release,
    role,
    seen,
    tester,
    upload,
    variant,
)
METADATA = SQLModel.metadata
