"""Who and what a question about a town is asked of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """
    A filled database, with those who are looked at.

    * `manager` and `tester` are Slack ids; the tester was given releases of many apps.
    * `app` has more releases than any other. Its newest one, `draft_id`, nobody has; `release_id`,
      the one before, went to a crowd in two acts, and not everybody could be told.
    * `everywhere_id` is a release that every tester has. `old_version` is of the oldest release of
      an app called Quay, far from the newest hundred.
    * `tester_id` is of the tester who is looked at. `other_id` is another who has both releases;
      `grant_id` is of a link of theirs.
    * `crowd_id` is a group that consists of one user group; `group_ids` are five others.
    """

    organization_id: str
    manager: str
    tester: str
    app: str
    app_id: str
    bundle_id: str
    version: str
    old_version: str
    release_id: str
    draft_id: str
    everywhere_id: str
    upload_id: str
    distribution_id: str
    recipient_id: str
    recipient_ids: tuple[str, ...]
    tester_id: str
    other_id: str
    grant_id: str
    destination_id: str
    build_id: str
    crowd_id: str
    usergroup_id: str
    group_ids: tuple[str, ...]
    icon: str
    channel_id: str
    digests: tuple[str, ...]
