"""Who may read and take away the record."""

from typing import Protocol


class Denied(Exception):
    """Somebody may not do what they asked for; the message is the reason."""


class HoldsPermissions(Protocol):
    """A staff user, seen from here."""

    is_active: bool

    def has_perm(self, perm: str) -> bool:
        """Whether the user holds a permission."""
        ...


def check_can_search(user: HoldsPermissions) -> None:
    """Raise Denied unless the user may read the record."""
    _check(user, "audit.view_auditevent")


def check_can_export(user: HoldsPermissions) -> None:
    """Raise Denied unless the user may take the record away."""
    _check(user, "audit.export_auditevent")


def can_export(user: HoldsPermissions) -> bool:
    """Whether the user may take the record away."""
    try:
        check_can_export(user)
    except Denied:
        return False
    return True


def _check(user: HoldsPermissions, permission: str) -> None:
    if not (user.is_active and user.has_perm(permission)):
        raise Denied(f"needs {permission}")
