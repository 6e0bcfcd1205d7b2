"""Acts that belong to the pages of homes and people, found by Ctrl-K."""

from caracol.core.registries import Act, register_act

for act in (
    Act("Exporter la liste des résidents", "residents:person-export", "Excel", "excel tableur",
        "file-spreadsheet"),
    Act("Exporter la liste des colocations", "colocations:home-export", "Excel", "excel tableur",
        "file-spreadsheet"),
    Act("Voir les chambres libres", "colocations:home-list", "Parc", "vacance attribuer", "door",
        "state=free"),
    Act("Reprendre un classeur", "takeover:upload", "Reprise", "import excel reprise",
        "file-import"),
):  # fmt: skip
    register_act(act)
