"""Who may do what. `check_can_…` raises Denied with the reason."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from moderation.models import Look, StaffUser
from safety.models import Incident, IncidentStatus


class Denied(PermissionDenied):
    """Somebody may not do that; the reason is told to them."""


class NotClaimed(Denied):
    """Only who has claimed the incident may do that."""


def check_permission(staff: StaffUser, name: str) -> None:
    """Refuse whoever does not hold a permission of this app.

    Raises:
        Denied: their role does not grant it.
    """
    if not staff.is_active or not staff.has_perm(f"moderation.{name}"):
        raise Denied("Your role does not allow that.")


def check_can_open_console(staff: StaffUser) -> None:
    """Seeing the queue."""
    check_permission(staff, "open_console")


def check_can_claim(staff: StaffUser) -> None:
    """Claiming any incident."""
    check_permission(staff, "take_incident")


def check_can_work_on(staff: StaffUser, incident: Incident) -> None:
    """Talking, noting, resolving: only on an incident they hold.

    Raises:
        NotClaimed: somebody else holds it, or nobody.
    """
    check_permission(staff, "take_incident")
    if not holds(staff, incident):
        raise NotClaimed("Claim this incident first.")


def check_can_release(staff: StaffUser, incident: Incident) -> None:
    """Giving up a claim: one's own, or anybody's for a lead."""
    if not staff.has_perm("moderation.lead_queue"):
        check_can_work_on(staff, incident)


def check_can_escalate(staff: StaffUser, incident: Incident) -> None:
    """Raising the alarm again: on one's own claim, or on any for a lead."""
    check_can_release(staff, incident)


def check_can_look(staff: StaffUser) -> None:
    """Opening a transcript without a claim."""
    check_permission(staff, "open_unclaimed")


def check_can_read(staff: StaffUser, incident: Incident, *, now: datetime) -> str:
    """Reading the person's words.

    Returns:
        On what ground: `claim`, or the reason of a look that has not expired.

    Raises:
        NotClaimed: neither.
    """
    ground = reading_ground(staff, incident, now=now)
    if not ground:
        raise NotClaimed("Claim this incident, or give a reason for looking.")
    return ground


def reading_ground(staff: StaffUser, incident: Incident, *, now: datetime) -> str:
    """On what ground somebody may read the words now; empty where on none."""
    if holds(staff, incident) and staff.has_perm("moderation.take_incident"):
        return "claim"
    if not staff.has_perm("moderation.open_unclaimed"):
        return ""
    looks = Look.objects.filter(incident_id=incident.pk, staff_id=staff.pk, expires_at__gt=now)
    return looks.order_by("-created_at").values_list("reason", flat=True).first() or ""


def check_can_manage_staff(staff: StaffUser) -> None:
    """Disabling and enabling accounts."""
    check_permission(staff, "manage_staff")


def holds(staff: StaffUser, incident: Incident) -> bool:
    """Whether they have claimed it and it is not resolved."""
    return incident.status == IncidentStatus.CLAIMED and incident.claimed_by == staff.pk
