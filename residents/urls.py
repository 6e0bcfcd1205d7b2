"""Addresses of people and contracts."""

from django.urls import path

from residents.views import (
    contracts,
    editing,
    insurance,
    insurance_path,
    insurances,
    occupants,
    people,
    person,
    situation,
)

app_name = "residents"
urlpatterns = [
    path("residents/", people.person_list, name="person-list"),
    path("residents/export/", people.person_export, name="person-export"),
    path("residents/nouveau/", editing.person_new, name="person-new"),
    path("residents/<int:pk>/", person.person_detail, name="person-detail"),
    path("residents/<int:pk>/imprimer/", person.person_print, name="person-print"),
    path("residents/<int:pk>/situation/", situation.person_status, name="person-status"),
    path("residents/<int:pk>/modifier/", editing.person_edit, name="person-edit"),
    path("residents/<int:pk>/retirer/", editing.person_remove, name="person-remove"),
    path("residents/<int:pk>/situation/modifier/", situation.status_edit, name="status-edit"),
    path("residents/<int:pk>/titres/nouveau/", situation.permit_new, name="permit-new"),
    path("titres/<int:pk>/modifier/", situation.permit_edit, name="permit-edit"),
    path(
        "residents/<int:pk>/demande-logement/",
        situation.request_new,
        name="housing-request-new",
    ),
    path("demandes-logement/<int:pk>/", situation.request_edit, name="housing-request-edit"),
    path("residents/<int:pk>/historique/", person.person_history, name="person-history"),
    path("residents/<int:pk>/consultations/", person.person_access, name="person-access"),
    path("contrats/<int:pk>/", contracts.contract_detail, name="contract-detail"),
    path("assurances/", insurances.insurance_list, name="insurance-list"),
    path("assurances/export/", insurances.insurance_export, name="insurance-export"),
    path("assurances/demander/", insurances.insurance_ask, name="insurance-ask"),
    path("contrats/<int:pk>/menage/ajouter/", occupants.occupant_new, name="occupant-new"),
    path("menage/<int:pk>/", occupants.occupant_edit, name="occupant-edit"),
    path("contrats/<int:pk>/assurance/", insurance.contract_insurance, name="contract-insurance"),
    path("contrats/<int:pk>/assurance/attestation/", insurance.insurance_new, name="insurance-new"),
    path(
        "contrats/<int:pk>/assurance/etape/<slug:slug>/",
        insurance_path.insurance_step,
        name="insurance-step",
    ),
    path(
        "contrats/<int:pk>/assurance/voie/<slug:slug>/",
        insurance_path.insurance_choose,
        name="insurance-choose",
    ),
    path("attestations/<int:pk>/modifier/", insurance.insurance_edit, name="insurance-edit"),
    path("attestations/<int:pk>/garantie/", insurance.insurance_lapse, name="insurance-lapse"),
    path(
        "assurances/etapes/<int:pk>/reception/",
        insurance_path.step_receive,
        name="insurance-step-receive",
    ),
    path(
        "assurances/etapes/<int:pk>/annuler/",
        insurance_path.step_cancel,
        name="insurance-step-cancel",
    ),
    path("contrats/<int:pk>/historique/", contracts.contract_history, name="contract-history"),
]
