"""The studio where a machine cannot do everything."""

from pathlib import Path

import pytest
from cryptography import x509

from bot.sandbox.studio import Studio
from provisioning.codesign.authorities import roots_among
from storage.errors import NotFound
from tests.programs import needed


def test_without_openssl_everything_is_there_but_for_who_signs_for_phones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        bare = Studio(tmp_path)
    trusted = x509.load_pem_x509_certificates(bare.authorities_file.read_bytes())

    assert bare.devices is None
    assert tuple(trusted) == bare.authorities.certificates

    needed("openssl")
    whole = Studio(tmp_path)
    trusted = x509.load_pem_x509_certificates(whole.authorities_file.read_bytes())
    assert whole.devices is not None
    assert tuple(trusted) == (*bare.authorities.certificates, whole.devices.certificate())
    assert roots_among(trusted) == (bare.authorities.root.certificate,)
    assert whole.identity.fingerprint == bare.identity.fingerprint
    with pytest.raises(NotFound, match="Zoe has no iPhone"):
        whole.phone("Zoe")
