"""Addresses of the outgoing mail."""

from django.urls import path

from caracol.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.mail_list, name="mail-list"),
    path("<int:pk>/", views.mail_detail, name="mail-detail"),
    path("<int:pk>/renvoyer/", views.mail_resend, name="mail-resend"),
    path("<int:pk>/classer/", views.mail_settle, name="mail-settle"),
]
