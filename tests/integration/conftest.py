"""What several integrations stand on."""

import pytest

from tests.unit.provisioning.devices.enrolment.authority import DeviceAuthorities


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DeviceAuthorities:
    """Return a look-alike of Apple's authority for devices, and certificates below it."""
    return DeviceAuthorities.made_in(tmp_path_factory.mktemp("authority"))
