"""Routes of the public API, version 1."""

from django.urls import path

from chat.api.events import EventsView
from chat.api.identity import ConsentsView, RefreshView, RegisterView
from chat.api.messages import MessagesView, ReportView
from chat.api.persons import ExportView, MeView, ResourcesView
from chat.api.sessions import (
    CloseView,
    FeedbackView,
    HumanView,
    SessionsView,
    SessionView,
    ToolsView,
    UseToolView,
)

urlpatterns = [
    path("auth/register", RegisterView.as_view(), name="register"),
    path("auth/refresh", RefreshView.as_view(), name="refresh"),
    path("consents", ConsentsView.as_view(), name="consents"),
    path("sessions", SessionsView.as_view(), name="sessions"),
    path("sessions/<str:session_id>", SessionView.as_view(), name="session"),
    path("sessions/<str:session_id>/messages", MessagesView.as_view(), name="messages"),
    path("sessions/<str:session_id>/events", EventsView.as_view(), name="session-events"),
    path("sessions/<str:session_id>/human", HumanView.as_view(), name="human"),
    path("sessions/<str:session_id>/close", CloseView.as_view(), name="close"),
    path("sessions/<str:session_id>/feedback", FeedbackView.as_view(), name="feedback"),
    path("sessions/<str:session_id>/tools/<str:name>", UseToolView.as_view(), name="use-tool"),
    path("messages/<str:message_id>/report", ReportView.as_view(), name="report"),
    path("tools", ToolsView.as_view(), name="tools"),
    path("resources", ResourcesView.as_view(), name="resources"),
    path("me/export", ExportView.as_view(), name="export"),
    path("me", MeView.as_view(), name="me"),
]
