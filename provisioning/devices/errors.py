"""
What can go wrong with what people and phones hand over.

* ProvisioningError
  * DeviceListRefused: a file of devices that cannot be read as one
  * AnswerRefused: a phone's answer that is damaged, or not the answer to our question
  * EnrolmentMisconfigured: the profile that asks a phone cannot be made as it was asked for

None of them holds a UDID, in its words or in its data.
"""

from provisioning.errors import ProvisioningError


class DeviceListRefused(ProvisioningError):
    """This file is no list of devices that can be read here."""

    code = "device_list_refused"


class AnswerRefused(ProvisioningError):
    """The answer of this device cannot be used. Open the page on the device and begin again."""

    code = "answer_refused"


class EnrolmentMisconfigured(ProvisioningError):
    """The profile that asks a device for its UDID cannot be made."""

    code = "enrolment_misconfigured"
