"""Who may make alerts go out by hand."""

from audit.permissions import Denied, HoldsPermissions


def can_send_delivery(user: HoldsPermissions) -> bool:
    """Whether somebody may send an alert again, or send test alerts."""
    return user.has_perm("safety.view_delivery") and user.has_perm("safety.send_delivery")


def check_can_send_delivery(user: HoldsPermissions) -> None:
    """Let those pass who may.

    Raises:
        Denied: they may not.
    """
    if not can_send_delivery(user):
        raise Denied("Only operators send alerts by hand.")
