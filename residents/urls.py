"""Addresses of people and contracts."""

from django.urls import path

from residents.views import contracts, people, person

app_name = "residents"
urlpatterns = [
    path("residents/", people.person_list, name="person-list"),
    path("residents/export/", people.person_export, name="person-export"),
    path("residents/<int:pk>/", person.person_detail, name="person-detail"),
    path("residents/<int:pk>/imprimer/", person.person_print, name="person-print"),
    path("residents/<int:pk>/situation/", person.person_status, name="person-status"),
    path("residents/<int:pk>/historique/", person.person_history, name="person-history"),
    path("residents/<int:pk>/consultations/", person.person_access, name="person-access"),
    path("contrats/<int:pk>/", contracts.contract_detail, name="contract-detail"),
    path("contrats/<int:pk>/historique/", contracts.contract_history, name="contract-history"),
]
