"""Jobs seen by people: their list, the progress of one, and the health of what runs them."""

from dataclasses import asdict
from typing import cast

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django_tables2 import RequestConfig

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.jobs import clockwork, selectors, services
from caracol.jobs.filters import JobFilter
from caracol.jobs.models import Job
from caracol.jobs.tables import JobTable
from caracol.ui import toasts

PER_PAGE = 50


@page("jobs:job-list")
def job_list(request: PageRequest) -> HttpResponse:
    """List the jobs of one's territories."""
    visible = allowed(request, Job.objects.select_related("requested_by"))
    jobs = JobFilter(request.GET, queryset=visible)
    table = JobTable(jobs.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    return render_page(request, "jobs/job_list.html", {"table": table, "filters": jobs.form})


@page("jobs:job-detail")
def job_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a job, its progress and what came out of it."""
    job = _job(request, pk)
    return render_page(
        request,
        "jobs/job_detail.html",
        {"job": job, "facts": selectors.facts(job)},
    )


@never_cache
@page("jobs:job-progress")
def job_progress(request: PageRequest, pk: int) -> HttpResponse:
    """Answer a job's progress alone; a job that is over no longer asks for the next."""
    shown = selectors.show(_job(request, pk))
    context = {
        "shown": shown,
        "is_news": request.GET.get("dit") != shown.announced,
        "may_retry": may(request.user, "jobs:job-retry"),
    }
    return render_page(request, "jobs/progress.html", context)


@page("jobs:job-retry", methods=("POST",))
def job_retry(request: PageRequest, pk: int) -> HttpResponse:
    """Start a stopped job again."""
    job = _job(request, pk)
    try:
        services.retry(job=job, actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, "Le traitement est relancé.")
    return redirect("jobs:job-detail", pk=job.pk)


@page("jobs:clock")
def clock_page(request: PageRequest) -> HttpResponse:
    """Show when each periodic job ran, when it runs next, and what was missed."""
    now = clock.now()
    context = {
        "turns": clockwork.turns(now),
        "processes": clockwork.processes(now),
        "may_run": may(request.user, "jobs:clock-run"),
    }
    return render_page(request, "jobs/clock.html", context)


@page("jobs:clock-run", methods=("POST",))
def clock_run(request: PageRequest) -> HttpResponse:
    """Do a periodic job now, for its last period."""
    kind = request.POST.get("kind", "")
    try:
        job = services.run_period(kind=kind, now=clock.now(), actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect("jobs:clock")
    return redirect("jobs:job-detail", pk=job.pk)


@never_cache
@page("jobs:health-deep")
def health_deep(request: PageRequest) -> HttpResponse:
    """Tell the team how the workers, the clock and the broker are."""
    report = selectors.health()
    return JsonResponse(asdict(report), status=503 if report.problems else 200)


def _job(request: PageRequest, pk: int) -> Job:
    jobs = Job.objects.select_related("requested_by", "retried_by", "territory")
    return cast(Job, get_visible_or_404(request, jobs, pk=pk))
