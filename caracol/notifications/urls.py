"""Addresses of the outgoing mail."""

from django.urls import path

from caracol.notifications import phrase_views, views

app_name = "notifications"
urlpatterns = [
    path("", views.mail_list, name="mail-list"),
    path("<int:pk>/", views.mail_detail, name="mail-detail"),
    path("<int:pk>/renvoyer/", views.mail_resend, name="mail-resend"),
    path("<int:pk>/classer/", views.mail_settle, name="mail-settle"),
    path("sms/", views.text_list, name="text-list"),
    path("sms/<int:pk>/", views.text_detail, name="text-detail"),
    path("sms/<int:pk>/renvoyer/", views.text_resend, name="text-resend"),
    path("sms/<int:pk>/classer/", views.text_settle, name="text-settle"),
    path("types/", phrase_views.phrase_list, name="phrase-list"),
    path(
        "types/<slug:kind>/<slug:language>/",
        phrase_views.phrase_edit,
        name="phrase-edit",
    ),
]
