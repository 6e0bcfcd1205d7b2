"""`manage.py jobs`: what ran, when, how long, what failed; and a job run again."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from caracol.core import clock
from caracol.core.commands import Answer, JsonCommand
from caracol.core.errors import Refused
from caracol.jobs import services
from caracol.jobs.enums import STOPPED, JobState
from caracol.jobs.models import Job


class Command(JsonCommand):
    """List the jobs of the last days, or start one again."""

    help = "Dit ce qui a tourné, quand, combien de temps, ce qui a échoué ; relance un traitement."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to list, or which job to start again."""
        parser.add_argument("--days", type=int, default=7, help="Sur combien de jours (7).")
        parser.add_argument("--kind", default="", help="Ce genre de traitement seulement.")
        parser.add_argument("--failed", action="store_true", help="Seulement ce qui s'est arrêté.")
        parser.add_argument("--run-again", type=int, metavar="ID", help="Relance ce traitement.")
        parser.add_argument(
            "--here", action="store_true", help="Avec --run-again : le fait ici, sans attendre."
        )

    def run(self, **options: Any) -> Answer:
        """List, or start again."""
        if options["run_again"]:
            return _run_again(options["run_again"], here=options["here"])
        since = clock.now() - timedelta(days=options["days"])
        jobs = Job.objects.filter(created_at__gte=since).order_by("-created_at", "-pk")
        if options["kind"]:
            jobs = jobs.filter(kind=options["kind"])
        if options["failed"]:
            jobs = jobs.filter(state__in=STOPPED)
        facts = [_facts(job) for job in jobs]
        lines = [_line(fact) for fact in facts] or ["Aucun traitement."]
        return Answer({"jobs": facts}, lines)


def _run_again(pk: int, *, here: bool) -> Answer:
    job = Job.objects.filter(pk=pk).first()
    if job is None:
        raise Refused(f"Aucun traitement ne porte le numéro {pk}. « manage.py jobs » les liste.")
    job = services.run_again(job=job, actor=None)
    if here:
        job = services.run_now(job)
    facts = _facts(job)
    return Answer({"job": facts}, [_line(facts)], exit_code=1 if job.is_stopped else 0)


def _facts(job: Job) -> dict[str, Any]:
    spent = (
        (job.finished_at - job.started_at).total_seconds()
        if job.finished_at and job.started_at
        else None
    )
    began = timezone.localtime(job.started_at or job.created_at)
    return {
        "id": job.pk,
        "kind": job.kind,
        "title": job.title,
        "state": job.state,
        "at": began.isoformat(timespec="seconds"),
        "seconds": None if spent is None else round(spent, 1),
        "attempts": job.attempts,
        "message": str(job.result.get("message", "")),
        "error": job.error,
    }


def _line(facts: dict[str, Any]) -> str:
    spent = "" if facts["seconds"] is None else f", {facts['seconds']} s"
    told = facts["error"] or facts["message"]
    state = JobState(facts["state"]).label
    when = str(facts["at"])[:16].replace("T", " ")
    return f"{facts['id']:>6}  {when}  {state:<10}  {facts['title']}{spent}" + (
        f" : {told}" if told else ""
    )
