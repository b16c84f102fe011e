"""The one table of who may do what. Groups and their permissions are made from it whenever migrations run."""

from enum import StrEnum
from typing import Final

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from audit.store.transactions import transactional


class Role(StrEnum):
    """The roles there are. Staff hold one; nobody works as a superuser."""

    MODERATOR = "moderator"
    LEAD = "lead"
    BOARD = "board"
    DATA = "data"
    COMPLIANCE = "compliance"
    OPERATOR = "operator"


_MODERATOR: Final = frozenset(
    {"moderation.open_console", "moderation.take_incident", "moderation.open_unclaimed"}
)

ROLES: Final[dict[Role, frozenset[str]]] = {
    Role.MODERATOR: _MODERATOR,
    Role.LEAD: _MODERATOR
    | {
        "moderation.lead_queue",
        "moderation.view_label",
        "moderation.view_staffuser",
        "safety.view_delivery",
        "safety.view_deliveryattempt",
    },
    Role.BOARD: frozenset({"moderation.view_label"}),
    Role.DATA: frozenset({"moderation.view_label"}),
    Role.COMPLIANCE: frozenset(
        {
            "audit.view_auditevent",
            "audit.export_auditevent",
            "moderation.view_look",
            "moderation.view_staffuser",
        }
    ),
    Role.OPERATOR: frozenset(
        {
            "moderation.manage_staff",
            "moderation.view_staffuser",
            "safety.send_delivery",
            "safety.view_delivery",
            "safety.view_deliveryattempt",
        }
    ),
}
"""Words of a person are read with `take_incident` (own claims) and `open_unclaimed` (with a reason), by nobody else."""


def synchronise_roles(**_: object) -> None:
    """Make groups and their permissions what the table says; running it again changes nothing.

    It is called after migrations, when other apps have not made their permissions yet: so they are made here first.
    """
    for label in sorted({name.partition(".")[0] for names in ROLES.values() for name in names}):
        create_permissions(apps.get_app_config(label), verbosity=0)
    _write_groups()


@transactional
def _write_groups() -> None:
    for role, names in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set([_permission(name) for name in sorted(names)])


def _permission(name: str) -> Permission:
    label, _, codename = name.partition(".")
    return Permission.objects.get(codename=codename, content_type__app_label=label)
