"""Sessions and what can be done in them besides writing."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.leaves import rfc3339
from chat.api.views import PersonView, checked_input
from chat.limits import client_address
from chat.models import ChatSession, Handler
from chat.queries import sessions_of
from chat.replies.crisis import WaitingState, human_on_the_way
from chat.resources import resources_for
from chat.serializers.inputs import EmptyInput, FeedbackInput
from chat.serializers.outputs import ProblemOutput, SessionOutput, ToolOutput, WaitingOutput
from chat.services.sessions import (
    Visit,
    ask_for_human,
    begin_session,
    close_session,
    give_feedback,
    use_tool,
)
from chat.tools import all_tools


class SessionsView(PersonView):
    """The person's sessions."""

    @extend_schema(responses={200: SessionOutput(many=True)}, operation_id="list_sessions")
    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """List them, newest first."""
        rows = sessions_of(self.person)
        return Response(SessionOutput(rows, many=True, context={"person": self.person}).data)

    @extend_schema(
        request=EmptyInput,
        responses={201: SessionOutput, 403: OpenApiResponse(ProblemOutput, "consent_required")},
        operation_id="begin_session",
    )
    def post(self, request: Request) -> Response:
        """Begin one."""
        checked_input(EmptyInput, request.data)
        visit = Visit(
            user_agent=request.headers.get("User-Agent", ""),
            address=client_address(request._request),  # noqa: SLF001 - the Django request behind it
        )
        session = begin_session(
            person=self.person, visit=visit, actor=self.actor, now=timezone.now()
        )
        return Response(SessionOutput(session, context={"person": self.person}).data, status=201)


class SessionView(PersonView):
    """One session."""

    @extend_schema(responses={200: SessionOutput}, operation_id="get_session")
    def get(self, request: Request, session_id: str) -> Response:  # noqa: ARG002 - the framework's signature
        """Show it."""
        session = self.own_session(session_id)
        return Response(SessionOutput(session, context={"person": self.person}).data)


class HumanView(PersonView):
    """Asking for a person."""

    @extend_schema(request=EmptyInput, responses={201: WaitingOutput}, operation_id="ask_for_human")
    def post(self, request: Request, session_id: str) -> Response:
        """Ask; always makes an incident and a page."""
        checked_input(EmptyInput, request.data)
        session = ask_for_human(
            session=self.own_session(session_id),
            person=self.person,
            actor=self.actor,
            now=timezone.now(),
        )
        return Response(_waiting(session, self.person.country), status=201)


def _waiting(session: ChatSession, country: str) -> dict[str, object]:
    state: WaitingState = "human_here" if session.handled_by == Handler.HUMAN else "nobody_yet"
    return {
        "state": state,
        "since": rfc3339(session.waiting_since) if session.waiting_since else None,
        "message": human_on_the_way(country, state),
        "resources": resources_for(country).as_json()["resources"],
    }


class CloseView(PersonView):
    """Leaving."""

    @extend_schema(request=EmptyInput, responses={200: SessionOutput}, operation_id="close_session")
    def post(self, request: Request, session_id: str) -> Response:
        """End the session; ending it twice is fine."""
        checked_input(EmptyInput, request.data)
        session = close_session(
            session=self.own_session(session_id), actor=self.actor, now=timezone.now()
        )
        return Response(SessionOutput(session, context={"person": self.person}).data)


class FeedbackView(PersonView):
    """How it was."""

    @extend_schema(
        request=FeedbackInput, responses={201: FeedbackInput}, operation_id="give_feedback"
    )
    def post(self, request: Request, session_id: str) -> Response:
        """Say how it was."""
        session = self.own_session(session_id)
        given = checked_input(FeedbackInput, request.data)
        give_feedback(session=session, **given, actor=self.actor, now=timezone.now())
        return Response(given, status=201)


class ToolsView(PersonView):
    """What there is to do."""

    @extend_schema(responses={200: ToolOutput(many=True)}, operation_id="list_tools")
    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """List the tools with their steps."""
        return Response(ToolOutput(all_tools(self.person.country), many=True).data)


class UseToolView(PersonView):
    """Doing it."""

    @extend_schema(request=EmptyInput, responses={201: ToolOutput}, operation_id="use_tool")
    def post(self, request: Request, session_id: str, name: str) -> Response:
        """Open a tool in a session; it is counted in `tools_used`."""
        checked_input(EmptyInput, request.data)
        tool = use_tool(
            session=self.own_session(session_id),
            person=self.person,
            name=name,
            actor=self.actor,
            now=timezone.now(),
        )
        return Response(ToolOutput(tool).data, status=201)
