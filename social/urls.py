"""Addresses of the social service."""

from django.urls import path

from social import views

app_name = "social"
urlpatterns = [
    path("residents/<int:pk>/droits/", views.person_rights, name="person-rights"),
    path("residents/<int:pk>/droits/suivre/", views.right_new, name="right-new"),
    path("residents/<int:pk>/droits/suivre/<slug:kind>/", views.right_add, name="right-add"),
    path("droits/<int:pk>/", views.right_edit, name="right-edit"),
    path("droits/<int:pk>/terminer/", views.right_end, name="right-end"),
    path("droits/<int:pk>/reprendre/", views.right_resume, name="right-resume"),
]
