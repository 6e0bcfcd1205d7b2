"""Follow a job from any page."""

from typing import Any

from django import template
from django.template import Context

from caracol.accounts.policy import may
from caracol.jobs import selectors
from caracol.jobs.models import Job

register = template.Library()


@register.inclusion_tag("jobs/follow.html", takes_context=True)
def follow_job(context: Context, job: Job) -> dict[str, Any]:
    """{% follow_job job %}: the progress of a job, kept up to date until it is over."""
    request = context["request"]
    return {
        "shown": selectors.show(job),
        "is_news": False,
        "may_retry": may(request.user, "jobs:job-retry"),
        "csrf_token": context.get("csrf_token"),
    }
