"""Addresses of the patrimony."""

from django.urls import path, register_converter

from colocations.enums import KeyAct
from colocations.views import (
    agreement_ends,
    agreements,
    closures,
    credentials,
    equipment,
    home_acts,
    homes,
    keys,
    occupancy,
    owners,
    room_list,
    rooms,
    sites,
    voids,
)

app_name = "colocations"


class KeyActConverter:
    """A move of keys in an address: given, returned, lost, found."""

    regex = "|".join(act.lower() for act in KeyAct)

    def to_python(self, value: str) -> str:
        """Keep the word."""
        return value

    def to_url(self, value: str) -> str:
        """Write it in small letters."""
        return value.lower()


register_converter(KeyActConverter, "key_act")

_HOMES = [
    path("", homes.home_list, name="home-list"),
    path("export/", homes.home_export, name="home-export"),
    path("lot/", homes.home_bulk, name="home-bulk"),
    path("<int:pk>/champ/<slug:field>/", homes.home_cell, name="home-cell"),
    path("nouvelle/", home_acts.home_new, name="home-new"),
    path("occupation/", occupancy.occupancy, name="occupancy"),
    path("occupation/export/", occupancy.occupancy_export, name="occupancy-export"),
    path("fermetures/", closures.closures, name="closures"),
    path("fermetures/export/", closures.closures_export, name="closures-export"),
    path("<int:pk>/occupation/", occupancy.home_occupancy, name="home-occupancy"),
    path("<int:pk>/", homes.home_detail, name="home-detail"),
    path("<int:pk>/historique/", homes.home_history, name="home-history"),
    path("<int:pk>/modifier/", home_acts.home_edit, name="home-edit"),
    path("<int:pk>/fermer/", home_acts.home_close, name="home-close"),
    path("<int:pk>/rouvrir/", home_acts.home_reopen, name="home-reopen"),
    path("<int:pk>/equipement/", equipment.home_equipment, name="home-equipment"),
    path("<int:pk>/equipement/nouveau/", equipment.equipment_new, name="equipment-new"),
    path("<int:pk>/inventaire/", equipment.home_inventory, name="home-inventory"),
    path("<int:pk>/cles/", keys.home_keys_page, name="home-keys"),
    path("<int:pk>/cles/nouveau/", keys.keys_new, name="keys-new"),
    path("<int:pk>/chambres/nouvelle/", rooms.room_new, name="room-new"),
]
_ROOMS = [
    path("chambres/", room_list.room_list, name="room-list"),
    path("chambres/export/", room_list.room_export, name="room-export"),
    path("chambres/lot/", room_list.room_bulk, name="room-bulk"),
    path("chambres/<int:pk>/champ/<slug:field>/", room_list.room_cell, name="room-cell"),
    path("chambres/<int:pk>/", rooms.room_detail, name="room-detail"),
    path("chambres/<int:pk>/historique/", rooms.room_history, name="room-history"),
    path("chambres/<int:pk>/modifier/", rooms.room_edit, name="room-edit"),
    path("chambres/<int:pk>/fermer/", rooms.room_close, name="room-close"),
    path("chambres/<int:pk>/rouvrir/", rooms.room_reopen, name="room-reopen"),
    path("chambres/<int:pk>/equiper/", equipment.equipment_copy, name="equipment-copy"),
    path("chambres/<int:pk>/vacance/", voids.void_new, name="void-new"),
    path("vacances/<int:pk>/modifier/", voids.void_edit, name="void-edit"),
    path("vacances/<int:pk>/finir/", voids.void_end, name="void-end"),
    path("vacances/<int:pk>/rouvrir/", voids.void_reopen, name="void-reopen"),
    path("vacances/<int:pk>/supprimer/", voids.void_remove, name="void-remove"),
    path("vacances/<int:pk>/travaux/", voids.works_new, name="works-new"),
    path("travaux/<int:pk>/modifier/", voids.works_edit, name="works-edit"),
    path("travaux/<int:pk>/terminer/", voids.works_finish, name="works-finish"),
    path("travaux/<int:pk>/reprendre/", voids.works_reopen, name="works-reopen"),
    path("travaux/<int:pk>/supprimer/", voids.works_remove, name="works-remove"),
]
_BELONGINGS = [
    path("equipements/<int:pk>/", equipment.equipment_edit, name="equipment-edit"),
    path("equipements/<int:pk>/etat/", equipment.equipment_state, name="equipment-state"),
    path("equipements/<int:pk>/sortir/", equipment.equipment_remove, name="equipment-remove"),
    path("equipements/<int:pk>/remettre/", equipment.equipment_restore, name="equipment-restore"),
    path("trousseaux/<int:pk>/", keys.keys_detail, name="keys-detail"),
    path("trousseaux/<int:pk>/modifier/", keys.keys_edit, name="keys-edit"),
    path("trousseaux/<int:pk>/retirer/", keys.keys_remove, name="keys-remove"),
    path("trousseaux/<int:pk>/remettre/", keys.keys_restore, name="keys-restore"),
    path("trousseaux/<int:pk>/<key_act:act>/", keys.keys_move, name="keys-move"),
    path("mouvements/<int:pk>/annuler/", keys.keys_undo, name="keys-undo"),
]
_SITES = [
    path("sites/nouveau/", sites.site_new, name="site-new"),
    path("sites/<int:pk>/", sites.site_detail, name="site-detail"),
    path("sites/<int:pk>/historique/", sites.site_history, name="site-history"),
    path("sites/<int:pk>/modifier/", sites.site_edit, name="site-edit"),
    path("sites/<int:pk>/diagnostics/nouveau/", sites.diagnostic_new, name="diagnostic-new"),
    path("diagnostics/<int:pk>/", sites.diagnostic_edit, name="diagnostic-edit"),
    path("diagnostics/<int:pk>/supprimer/", sites.diagnostic_remove, name="diagnostic-remove"),
]
_OWNERS = [
    path("agrements/", credentials.credential_list, name="credential-list"),
    path("agrements/nouveau/", credentials.credential_new, name="credential-new"),
    path("agrements/<int:pk>/", credentials.credential_edit, name="credential-edit"),
    path("agrements/<int:pk>/retirer/", credentials.credential_remove, name="credential-remove"),
    path("proprietaires/", owners.owner_list, name="owner-list"),
    path("proprietaires/export/", owners.owner_export, name="owner-export"),
    path("proprietaires/nouveau/", owners.owner_new, name="owner-new"),
    path("proprietaires/<int:pk>/", owners.owner_detail, name="owner-detail"),
    path("proprietaires/<int:pk>/historique/", owners.owner_history, name="owner-history"),
    path("proprietaires/<int:pk>/modifier/", owners.owner_edit, name="owner-edit"),
    path("proprietaires/<int:pk>/contacts/nouveau/", owners.contact_new, name="contact-new"),
    path("contacts/<int:pk>/", owners.contact_edit, name="contact-edit"),
    path("contacts/<int:pk>/supprimer/", owners.contact_remove, name="contact-remove"),
]
_AGREEMENTS = [
    path("conventions/", agreements.agreement_list, name="agreement-list"),
    path("conventions/export/", agreements.agreement_export, name="agreement-export"),
    path("conventions/nouvelle/", agreements.agreement_new, name="agreement-new"),
    path("conventions/<int:pk>/", agreements.agreement_detail, name="agreement-detail"),
    path(
        "conventions/<int:pk>/historique/", agreements.agreement_history, name="agreement-history"
    ),
    path("conventions/<int:pk>/corriger/", agreements.agreement_edit, name="agreement-edit"),
    path(
        "conventions/<int:pk>/prolonger/", agreement_ends.agreement_extend, name="agreement-extend"
    ),
    path(
        "conventions/<int:pk>/documenter/",
        agreement_ends.agreement_document,
        name="agreement-document",
    ),
    path(
        "conventions/<int:pk>/avancer/", agreement_ends.agreement_shorten, name="agreement-shorten"
    ),
    path(
        "conventions/<int:pk>/engagements/nouveau/",
        agreement_ends.obligation_new,
        name="obligation-new",
    ),
    path("conventions/<int:pk>/copie/", agreement_ends.agreement_copy, name="agreement-copy"),
    path("prolongations/<int:pk>/annuler/", agreement_ends.extension_undo, name="extension-undo"),
    path(
        "fins-anticipees/<int:pk>/annuler/", agreement_ends.shortening_undo, name="shortening-undo"
    ),
    path("engagements/<int:pk>/", agreement_ends.obligation_edit, name="obligation-edit"),
    path("engagements/<int:pk>/fait/", agreement_ends.obligation_done, name="obligation-done"),
    path(
        "engagements/<int:pk>/rouvrir/", agreement_ends.obligation_reopen, name="obligation-reopen"
    ),
    path(
        "engagements/<int:pk>/supprimer/", agreement_ends.obligation_remove,
        name="obligation-remove",
    ),
]  # fmt: skip
urlpatterns = [*_HOMES, *_ROOMS, *_BELONGINGS, *_SITES, *_OWNERS, *_AGREEMENTS]
