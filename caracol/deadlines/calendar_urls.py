"""Addresses of the agenda."""

from django.urls import path

from caracol.deadlines import appointment_views, calendar_views, feed_views

app_name = "agenda"
urlpatterns = [
    path("", calendar_views.month, name="month"),
    path("semaine/", calendar_views.week, name="week"),
    path("liste/", calendar_views.agenda_list, name="list"),
    path("rendez-vous/nouveau/", appointment_views.appointment_new, name="appointment-new"),
    path("rendez-vous/<int:pk>/", appointment_views.appointment, name="appointment"),
    path(
        "rendez-vous/<int:pk>/modifier/",
        appointment_views.appointment_edit,
        name="appointment-edit",
    ),
    path(
        "rendez-vous/<int:pk>/<int:seen>/annuler/",
        appointment_views.appointment_cancel,
        name="appointment-cancel",
    ),
    path(
        "rendez-vous/<int:pk>/<int:seen>/retablir/",
        appointment_views.appointment_undo,
        name="appointment-undo",
    ),
    path("rappels/", feed_views.reminders, name="reminders"),
    path("flux/creer/", feed_views.feed_make, name="feed-make"),
    path("flux/revoquer/", feed_views.feed_revoke, name="feed-revoke"),
    path("flux/<str:token>.ics", feed_views.feed, name="feed"),
]
