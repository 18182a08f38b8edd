"""
What can go wrong with App Store Connect.

* SlipwayError (storage.errors)
  * AppStoreError
    * KeyUnusable: what was entered is no key of a team
    * AnswerSenseless
    * AppleUnreachable (transient)
      * OutcomeUnknown (transient): a write whose answer was lost
    * RateLimited (transient)
    * AppleRefused: Apple said no
      * RequestInvalid (400): a defect of ours
      * KeyRejected (401)
      * AccessDenied (403)
        * AgreementsMissing
      * NotThere (404)
      * EntityRefused (409)
        * DeviceTaken (transient), UdidInvalid, DeviceLimitReached
        * ProfileNameTaken, DevicesMissing, DevicesUnwanted, DeviceClassUnfit, AppIdMissing
        * IdentifierTaken
        * CertificateLimitReached
      * NotReady (422)
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from storage.errors import SlipwayError


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleFault:
    """
    One error object of Apple's, without secrets.

    `code` goes from general to special, with dots; `id` is what Apple's support asks for; `pointer`
    is the place in the request that it is about. What Apple left out is empty.
    """

    code: str
    title: str
    detail: str
    id: str = ""
    pointer: str = ""

    def is_a(self, code: str) -> bool:
        """Return whether this is the error *code* or a special case of it."""
        return self.code == code or self.code.startswith(f"{code}.")

    def __str__(self) -> str:
        words = ": ".join(filter(None, (self.title.rstrip(". "), self.detail)))
        marks = ", ".join(filter(None, (self.code, self.id and f"error id {self.id}")))
        return f"“{words}” ({marks})"


class AppStoreError(SlipwayError):
    """App Store Connect could not be used."""

    code = "apple_failed"


class KeyUnusable(AppStoreError):
    """This is no key for App Store Connect. Upload the .p8 file just as Apple gave it."""

    code = "apple_key_unusable"


class AnswerSenseless(AppStoreError):
    """App Store Connect answered something that makes no sense. Nothing was changed here."""

    code = "apple_senseless"


class AppleUnreachable(AppStoreError):
    """App Store Connect does not answer just now."""

    code = "apple_unreachable"
    transient = True


class OutcomeUnknown(AppleUnreachable):
    """App Store Connect did not say whether it did what it was asked to. Look before asking."""

    code = "apple_outcome_unknown"


class RateLimited(AppStoreError):
    """Apple allows no more calls with this key for now. It will again within the hour."""

    #: `data["retry_after"]` is the pause in seconds that Apple asked for, None without one.
    code = "apple_rate_limited"
    transient = True


class AppleRefused(AppStoreError):
    """Apple refused this."""

    #: `data["status"]` is the status of the answer, and `data["faults"]` what Apple said.
    code = "apple_refused"

    @property
    def faults(self) -> tuple[AppleFault, ...]:
        """Return Apple's error objects, those that it names as related included."""
        return tuple(AppleFault(**fault) for fault in self.data.get("faults", []))

    @classmethod
    def saying(cls, status: int, faults: tuple[AppleFault, ...], hint: str = "") -> "AppleRefused":
        """Return this error with its own sentence, a hint, and what Apple said first."""
        quote = f"Apple's words: {faults[0]}." if faults else ""
        message = " ".join(filter(None, (cls.__doc__, hint, quote)))
        return cls(message, status=status, faults=[asdict(fault) for fault in faults])


class RequestInvalid(AppleRefused):
    """Apple did not understand what Slipway asked. This is a defect here; please report it."""

    code = "apple_request_invalid"


class KeyRejected(AppleRefused):
    """Apple rejects the API key: it was revoked, is no team key, or ids or clock are wrong."""

    code = "apple_key_rejected"


class AccessDenied(AppleRefused):
    """The API key may not do this. It must be a team key (no individual one) with enough role."""

    code = "apple_access_denied"


class AgreementsMissing(AccessDenied):
    """The Account Holder must accept Apple's new terms on its website; no other key helps."""

    code = "apple_agreements_missing"


class NotThere(AppleRefused):
    """Apple does not have this, or does not have it any more."""

    code = "apple_not_there"


class EntityRefused(AppleRefused):
    """Apple refused this as it stands."""

    code = "apple_entity_refused"


class DeviceTaken(EntityRefused):
    """Apple says that the team has this device, but does not list it yet. Try again in a while."""

    code = "apple_device_taken"
    transient = True


class UdidInvalid(EntityRefused):
    """Apple does not accept this as the UDID of a device."""

    code = "apple_udid_invalid"


class DeviceLimitReached(EntityRefused):
    """The team has no place left for devices of this kind until its membership is renewed."""

    code = "apple_device_limit"


class ProfileNameTaken(EntityRefused):
    """The team has another profile of this name; choose a new name."""

    code = "apple_profile_name_taken"


class DevicesMissing(EntityRefused):
    """A profile of this type needs at least one device."""

    code = "apple_devices_missing"


class DevicesUnwanted(EntityRefused):
    """A profile of this type takes no devices."""

    code = "apple_devices_unwanted"


class DeviceClassUnfit(EntityRefused):
    """A device of another family does not fit into a profile of this type."""

    code = "apple_device_class_unfit"


class AppIdMissing(EntityRefused):
    """The team has no App ID for this bundle, or not one of this platform."""

    code = "apple_app_id_missing"


class IdentifierTaken(EntityRefused):
    """This bundle identifier belongs to another team."""

    code = "apple_identifier_taken"


class CertificateLimitReached(EntityRefused):
    """The team has as many certificates of this type as Apple allows. One must be revoked first."""

    code = "apple_certificate_limit"


class NotReady(AppleRefused):
    """Something that this depends on is not in the right state at Apple."""

    code = "apple_not_ready"


#: What each status means, where nothing better is known.
BY_STATUS: Mapping[int, type[AppleRefused]] = {
    400: RequestInvalid,
    401: KeyRejected,
    403: AccessDenied,
    404: NotThere,
    409: EntityRefused,
    422: NotReady,
}
