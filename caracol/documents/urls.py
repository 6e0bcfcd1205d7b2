"""Addresses of the private files."""

from django.urls import path

from caracol.documents import views

app_name = "documents"

urlpatterns = [
    path("<str:number>.pdf", views.document_download, name="document-download"),
    path("liasses/<int:pk>", views.bundle_download, name="bundle-download"),
]
