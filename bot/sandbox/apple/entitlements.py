"""What a capability of an App ID lets an app claim."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

#: For each capability the entitlements it brings; the braces stand for the team's id.
ENTITLEMENTS: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {
        "ACCESS_WIFI_INFORMATION": {"com.apple.developer.networking.wifi-info": True},
        "APPLE_ID_AUTH": {"com.apple.developer.applesignin": ["Default"]},
        "APP_GROUPS": {"com.apple.security.application-groups": []},
        "ASSOCIATED_DOMAINS": {"com.apple.developer.associated-domains": "*"},
        "AUTOFILL_CREDENTIAL_PROVIDER": {
            "com.apple.developer.authentication-services.autofill-credential-provider": True
        },
        "DATA_PROTECTION": {
            "com.apple.developer.default-data-protection": "NSFileProtectionComplete"
        },
        "GAME_CENTER": {"com.apple.developer.game-center": True},
        "HEALTHKIT": {"com.apple.developer.healthkit": True},
        "HOMEKIT": {"com.apple.developer.homekit": True},
        "HOT_SPOT": {"com.apple.developer.networking.HotspotConfiguration": True},
        "ICLOUD": {
            "com.apple.developer.icloud-container-identifiers": [],
            "com.apple.developer.icloud-services": "*",
            "com.apple.developer.ubiquity-kvstore-identifier": "{}.*",
        },
        "INTER_APP_AUDIO": {"inter-app-audio": True},
        "IN_APP_PURCHASE": {},
        "MAPS": {},
        "MULTIPATH": {"com.apple.developer.networking.multipath": True},
        "NETWORK_EXTENSIONS": {
            "com.apple.developer.networking.networkextension": [
                "app-proxy-provider",
                "content-filter-provider",
                "packet-tunnel-provider",
            ]
        },
        "NFC_TAG_READING": {"com.apple.developer.nfc.readersession.formats": ["NDEF", "TAG"]},
        "PERSONAL_VPN": {"com.apple.developer.networking.vpn.api": ["allow-vpn"]},
        "PUSH_NOTIFICATIONS": {"aps-environment": "production"},
        "SIRIKIT": {"com.apple.developer.siri": True},
        "WALLET": {"com.apple.developer.pass-type-identifiers": ["{}.*"]},
        "WIRELESS_ACCESSORY_CONFIGURATION": {
            "com.apple.external-accessory.wireless-configuration": True
        },
    }
)
CAPABILITIES: Final = frozenset(ENTITLEMENTS)
#: An App ID with an asterisk carries these and no others.
WILDCARD_CAPABILITIES: Final = frozenset(
    {"ACCESS_WIFI_INFORMATION", "DATA_PROTECTION", "IN_APP_PURCHASE", "INTER_APP_AUDIO", "MAPS"}
)


def entitlements_of(
    capabilities: Iterable[str], team_id: str, *, development: bool
) -> dict[str, object]:
    """Return what a profile for an App ID with these capabilities allows."""
    allowed: dict[str, object] = {}
    for capability in capabilities:
        for name, value in ENTITLEMENTS[capability].items():
            allowed[name] = _of_team(value, team_id)
    if development and "aps-environment" in allowed:
        allowed["aps-environment"] = "development"
    return allowed


def _of_team(value: object, team_id: str) -> object:
    if isinstance(value, list):
        return [_of_team(item, team_id) for item in value]
    return value.replace("{}", team_id) if isinstance(value, str) else value
