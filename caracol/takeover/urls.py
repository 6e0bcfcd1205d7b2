"""Addresses of the takeover."""

from django.urls import path

from caracol.takeover import views

app_name = "takeover"
urlpatterns = [
    path("", views.upload, name="upload"),
    path("modele.xlsx", views.model, name="model"),
    path("<int:pk>/", views.preview, name="preview"),
    path("<int:pk>/confirmer/", views.confirm, name="confirm"),
    path("<int:pk>/abandonner/", views.abandon, name="abandon"),
    path("<int:pk>/remarques.xlsx", views.errors, name="errors"),
]
