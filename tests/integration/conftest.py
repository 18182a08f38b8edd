"""What several integrations stand on."""

import pytest

from tests.unit.provisioning.devices.enrolment.authority import DeviceAuthority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DeviceAuthority:
    """Return a look-alike of Apple's authority for devices, and certificates below it."""
    return DeviceAuthority.made_in(tmp_path_factory.mktemp("authority"))
