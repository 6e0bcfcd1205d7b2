"""The gallery of components; never included in production."""

from django.urls import path

from caracol.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.foundations, name="foundations"),
    path("donnees/", views.data, name="data"),
    path("formulaires/", views.forms, name="forms"),
    path("listes/", views.lists, name="lists"),
    path("retours/", views.feedback, name="feedback"),
    path("progression/<int:done>/", views.progress, name="progress"),
    path("recherche/", views.search, name="search"),
    path("erreurs/<int:code>/", views.error, name="error"),
]
