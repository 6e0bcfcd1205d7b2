"""The jobs of this application: rendering documents, making bundles."""

from caracol.documents.models import Bundle
from caracol.documents.services.bundling import BUNDLE, make_bundle
from caracol.documents.services.issuing import RENDER
from caracol.documents.services.rendering import failures_of, pending_of, render_pending
from caracol.jobs.models import Job
from caracol.jobs.registry import handler
from caracol.jobs.work import Work


def count_pending(job: Job) -> int:
    """Count the documents a rendering job still has to do."""
    return pending_of(job).count()


def say_what_came_out(work: Work) -> None:
    """Write the result people read when the last document is done."""
    failed = failures_of(work.job)
    done = work.job.total - failed
    message = f"{done} document{'s' if done > 1 else ''} mis en page."
    if failed:
        message += f" {failed} n'ont pas pu l'être : ils gardent leur numéro et se relancent."
    work.result["failed"] = failed
    work.conclude(message)


@handler(
    RENDER,
    label="Mise en page de documents",
    parallel=2,
    remaining=count_pending,
    on_done=say_what_came_out,
)
def render_batch(work: Work) -> None:
    """Render the documents of the batch, with the other workers, until none is left to claim."""
    while not work.time_is_up and render_pending(work.job):
        work.report()


@handler(BUNDLE, label="Préparation d'un fichier")
def bundle_documents(work: Work) -> None:
    """Write the one file of a bundle."""
    bundle = Bundle.objects.select_related("requested_by").get(pk=work.payload["bundle"])
    make_bundle(bundle=bundle, on_step=lambda done: work.report(done=done))
    work.conclude(
        f"« {bundle.title} » est prêt.",
        links=[("Télécharger", "documents:bundle-download", {"pk": bundle.pk})],
    )
