"""Addresses of the day and of the search."""

from django.urls import path

from caracol.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.today, name="today"),
    path("recherche/", views.search, name="search"),
]
