"""The service's URLs, and a bare view that makes as many inserts as a message does."""

import json

from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from audit.store.ids import new_id
from audit.store.transactions import transactional
from safety.models import Assessment


@csrf_exempt
@require_POST
def bare(request: HttpRequest) -> JsonResponse:
    """Insert `inserts` rows in `transactions` transactions, and do nothing else.

    With 0 transactions each insert commits by itself, as Django does when nobody says otherwise.
    """
    wanted = json.loads(request.body)
    inserts, transactions = wanted["inserts"], wanted["transactions"]
    if transactions == 0:
        _insert(inserts)
    for number in range(transactions):
        _insert_together(inserts // transactions + (number < inserts % transactions))
    return JsonResponse({"inserts": inserts}, status=201)


def _insert(count: int) -> None:
    for _ in range(count):
        Assessment.objects.create(
            kind="message",
            message_id=new_id(),
            session_id=new_id(),
            person_id=new_id(),
            created_at=timezone.now(),
            level="none",
            score=0,
            probability=0.0,
            release="bench",
            elapsed_ms=0.0,
        )


_insert_together = transactional(_insert)

urlpatterns = [path("bench/bare", bare), path("", include("config.urls"))]
