"""Every record in one place, so that the metadata is complete wherever tables are compared."""

from sqlmodel import SQLModel

from storage.records import (
    app,
    audit,
    build,
    distribution,
    grant,
    group,
    organization,
    person,
    posting,
    release,
    role,
    seen,
    tester,
    upload,
)

MODULES = (
    app,
    audit,
    build,
    distribution,
    grant,
    group,
    organization,
    person,
    posting,
    release,
    role,
    seen,
    tester,
    upload,
)
METADATA = SQLModel.metadata
