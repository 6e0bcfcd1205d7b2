"""Addresses that all lists share."""

from django.urls import path

from caracol.lists.views import acts, files, saved

app_name = "lists"
urlpatterns = [
    path("vues/", saved.view_list, name="view-list"),
    path("vues/enregistrer/", saved.view_save, name="view-save"),
    path("vues/<int:pk>/", saved.view_edit, name="view-edit"),
    path("vues/<int:pk>/adresse/", saved.view_update, name="view-update"),
    path("vues/<int:pk>/ouverture/", saved.view_default, name="view-default"),
    path("vues/<int:pk>/supprimer/", saved.view_delete, name="view-delete"),
    path("vues/<int:pk>/reprendre/", saved.view_restore, name="view-restore"),
    path("actes/<uuid:token>/", acts.act_detail, name="act-detail"),
    path("actes/<uuid:token>/annuler/", acts.act_undo, name="act-undo"),
    path("exports/", files.large_exports, name="export-list"),
    path("exports/<int:pk>/", files.export_download, name="export-download"),
    path("exports/<int:pk>/noter/", files.export_note, name="export-note"),
]
