"""Addresses of the private files."""

from django.urls import path

from caracol.documents.views import files, uploads

app_name = "documents"

urlpatterns = [
    path("<str:number>.pdf", files.document_download, name="document-download"),
    path("liasses/<int:pk>", files.bundle_download, name="bundle-download"),
    path("fichiers/<uuid:token>", uploads.upload_read, name="upload-read"),
    path("fichiers/<uuid:token>/retirer", uploads.upload_withdraw, name="upload-withdraw"),
    path("fichiers/<uuid:token>/remettre", uploads.upload_restore, name="upload-restore"),
]
