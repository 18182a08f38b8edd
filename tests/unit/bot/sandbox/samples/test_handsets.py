"""The phones of the demo are such as Apple made."""

from bot.sandbox.samples.handsets import BOBS_NEW, BOBS_OLD, HANDSETS, REGISTERED, handset_of
from provisioning.devices.models import doubt, known_models, name_of_model
from provisioning.devices.udids import UdidForm, read_udid

EVERY = [handset for owned in HANDSETS.values() for handset in owned]


def test_each_has_a_udid_that_fits_its_model() -> None:
    for handset in EVERY:
        udid = read_udid(handset.udid)
        assert udid is not None
        assert udid.value == handset.udid
        assert name_of_model(handset.model) == handset.product
        assert known_models()[handset.model].chip_ids == (int(handset.chip, 16),)
        assert doubt(udid, handset.model) is None
    assert len({handset.udid for handset in EVERY}) == len(EVERY)


def test_an_old_one_among_them_has_the_udid_of_its_time() -> None:
    forms = [udid.form for udid in (read_udid(one.udid) for one in REGISTERED) if udid]

    assert set(forms) == {UdidForm.CHIP, UdidForm.LONG}


def test_bobs_new_phone_is_not_registered_and_his_old_one_is() -> None:
    assert BOBS_OLD in REGISTERED
    assert BOBS_NEW not in REGISTERED
    assert handset_of(BOBS_NEW.udid) is HANDSETS["Bob"][-1]
