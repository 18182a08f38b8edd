"""The property lists of an iOS app and of the bundles inside it."""

from collections.abc import Iterator

from bot.sandbox.samples.iosapp import SampleApp


def app_info(app: SampleApp) -> dict[str, object]:
    """Give the Info.plist of the app as Xcode would leave it."""
    platform = "iPhoneSimulator" if app.simulator else "iPhoneOS"
    return common_info(app, app.executable, app.bundle_id, "APPL") | {
        "CFBundleDisplayName": app.name,
        "CFBundleName": app.executable,
        "CFBundleSupportedPlatforms": [platform],
        "DTPlatformName": platform.lower(),
        "DTSDKName": f"{platform.lower()}18.0",
        "LSRequiresIPhoneOS": True,
        "UIDeviceFamily": list(app.families),
        "UILaunchScreen": {},
        "UIRequiredDeviceCapabilities": ["arm64"],
        "UISupportedInterfaceOrientations": ["UIInterfaceOrientationPortrait"],
        **_icon_info(app),
    }


def common_info(app: SampleApp, executable: str, bundle_id: str, kind: str) -> dict[str, object]:
    """Give what the Info.plist of every bundle holds."""
    return {
        "CFBundleDevelopmentRegion": "en",
        "CFBundleExecutable": executable,
        "CFBundleIdentifier": bundle_id,
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleName": executable,
        "CFBundlePackageType": kind,
        "CFBundleShortVersionString": app.version,
        "CFBundleSupportedPlatforms": ["iPhoneOS"],
        "CFBundleVersion": app.build,
        "MinimumOSVersion": app.minimum_os,
    }


def _icon_info(app: SampleApp) -> dict[str, object]:
    if app.icon == "none":
        return {}
    phone, tablet = ["AppIcon60x60"], ["AppIcon60x60", "AppIcon76x76"]
    return {
        f"CFBundleIcons{device}": {
            "CFBundlePrimaryIcon": {"CFBundleIconFiles": files, "CFBundleIconName": "AppIcon"}
        }
        for device, files in (("", phone), ("~ipad", tablet))
    }


def inner_bundles(app: SampleApp) -> Iterator[tuple[str, str, str]]:
    """Give folder, name and id of each bundle with a profile of its own."""
    for number in range(app.extensions):
        name = "Share" if number == 0 else f"Share{number + 1}"
        yield f"PlugIns/{name}.appex", name, f"{app.bundle_id}.{name.lower()}"
    if app.watch:
        name = f"{app.executable}Watch"
        yield f"Watch/{name}.app", name, f"{app.bundle_id}.watchkitapp"
    if app.clip:
        name = f"{app.executable}Clip"
        yield f"AppClips/{name}.app", name, f"{app.bundle_id}.Clip"


def inner_info(app: SampleApp, folder: str) -> dict[str, object]:
    """Give what is special about a bundle inside, by the folder it lies in."""
    if folder.startswith("Watch/"):
        return {
            "CFBundleSupportedPlatforms": ["WatchOS"],
            "MinimumOSVersion": "9.0",
            "UIDeviceFamily": [4],
            "WKApplication": True,
            "WKCompanionAppBundleIdentifier": app.bundle_id,
        }
    if folder.startswith("AppClips/"):
        return {"UIDeviceFamily": [1], "NSAppClip": {}}
    point = "com.apple.share-services"
    extension = {"NSExtensionPointIdentifier": point, "NSExtensionPrincipalClass": "Share"}
    return {"CFBundleDisplayName": "Share", "NSExtension": extension}
