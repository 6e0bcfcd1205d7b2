"""Acts that belong to the pages of homes and people, found by Ctrl-K."""

from caracol.core.registries import Act, register_act

for act in (
    Act("Exporter la liste des résidents", "residents:person-export", "Excel", "excel tableur",
        "file-spreadsheet"),
    Act("Exporter la liste des colocations", "colocations:home-export", "Excel", "excel tableur",
        "file-spreadsheet"),
    Act("Voir les chambres libres", "colocations:room-list", "Parc", "vacance attribuer", "door",
        "state=free", order=35),
    Act("Exporter la liste des contrats", "residents:contract-export", "Excel", "excel tableur",
        "file-spreadsheet"),
    Act("Exporter la liste des chambres", "colocations:room-export", "Excel", "excel tableur",
        "file-spreadsheet"),
    Act("Voir les grands exports", "lists:export-list", "Données sorties", "rgpd dpo fichier",
        "file-spreadsheet"),
    Act("Reprendre un classeur", "takeover:upload", "Reprise", "import excel reprise",
        "file-import"),
):  # fmt: skip
    register_act(act)
