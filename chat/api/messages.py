"""Writing, reading and reporting messages."""

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.store.ids import as_id
from chat.api.views import PersonView, checked_input
from chat.queries import MessageNotFound, message_of, messages_after
from chat.serializers.inputs import AfterInput, MessageInput, ReportInput
from chat.serializers.outputs import MessageOutput, ProblemOutput, TurnOutput, turn_document
from chat.services.sessions import report_reply
from chat.services.turns import Incoming, receive_message

KEY_CHARACTERS = 255


class MessagesView(PersonView):
    """A session's messages."""

    def limit(self, request: Request) -> tuple[str, int]:
        """Messages have a limit of their own, below that of other requests."""
        if request.method == "POST":
            return "message", settings.FLOOD_MESSAGES_PER_MINUTE
        return super().limit(request)

    @extend_schema(
        parameters=[
            OpenApiParameter("after", str, description="Id of the last message already seen.")
        ],
        responses={200: MessageOutput(many=True)},
        operation_id="list_messages",
    )
    def get(self, request: Request, session_id: str) -> Response:
        """List them in order, at most 200 after the given one."""
        session = self.own_session(session_id)
        after = checked_input(AfterInput, request.query_params.dict())["after"]
        return Response(
            MessageOutput(messages_after(session=session, after_id=after), many=True).data
        )

    @extend_schema(
        request=MessageInput,
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="A retry with the same key and text is answered as the first time.",
            )
        ],
        responses={
            201: TurnOutput,
            409: OpenApiResponse(ProblemOutput, "session_closed, idempotency_key_reused"),
            429: OpenApiResponse(ProblemOutput, "too_many_requests, with crisis resources"),
        },
        operation_id="send_message",
    )
    def post(self, request: Request, session_id: str) -> Response:
        """Say something; it is checked for risk before anything else."""
        session = self.own_session(session_id)
        turn = receive_message(
            person=self.person,
            session=session,
            incoming=_incoming(request, hurried=self.count > settings.SOFT_MESSAGES_PER_MINUTE),
            actor=self.actor,
            now=timezone.now(),
        )
        document = turn_document(turn, country=self.person.country)
        headers = {"Idempotency-Replayed": "true"} if turn.replayed else {}
        return Response(document, status=201, headers=headers)


def _incoming(request: Request, *, hurried: bool) -> Incoming:
    text = checked_input(MessageInput, request.data)["text"]
    return Incoming(text=text, key=_key_of(request), hurried=hurried)


def _key_of(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > KEY_CHARACTERS:
        raise serializers.ValidationError(
            {
                "Idempotency-Key": [
                    serializers.ErrorDetail("At most 255 characters.", code="max_length")
                ]
            }
        )
    return key


class ReportView(PersonView):
    """For a person to say that a reply hurt them."""

    @extend_schema(request=ReportInput, responses={201: ReportInput}, operation_id="report_message")
    def post(self, request: Request, message_id: str) -> Response:
        """Report a reply: a human looks at it."""
        canonical = as_id(message_id)
        if canonical is None:
            raise MessageNotFound
        message = message_of(person=self.person, message_id=canonical)
        given = checked_input(ReportInput, request.data)
        report_reply(
            message=message, person=self.person, **given, actor=self.actor, now=timezone.now()
        )
        return Response(given, status=201)
