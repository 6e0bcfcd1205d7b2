"""The jobs of this application: files of long lists, and forgetting what acts kept."""

from caracol.core import clock
from caracol.jobs.periods import Daily
from caracol.jobs.registry import handler, periodic
from caracol.jobs.work import Work
from caracol.lists.models import ListExport
from caracol.lists.services import acting, exporting


@handler(exporting.EXPORT, label="Export d'une liste")
def export_list(work: Work) -> None:
    """Write the file of a long list."""
    wanted = ListExport.objects.select_related("actor").get(pk=work.payload["export"])
    exporting.make_export(wanted=wanted, on_step=lambda done: work.report(done=done))
    work.conclude(
        f"{wanted.rows} lignes exportées. Le fichier reste disponible sept jours.",
        links=[("Télécharger", "lists:export-download", {"pk": wanted.pk})],
    )


@periodic("lists.forget", label="Ménage des listes", schedule=Daily(), catch_up=1)
def forget(work: Work) -> None:
    """Remove the files of lists and what acts kept, some days after."""
    now = clock.now()
    files = exporting.forget_old_exports(now=now)
    acts = acting.forget_old_acts(now=now)
    work.conclude(f"{files} fichiers et {acts} actes oubliés.")
