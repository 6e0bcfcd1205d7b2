"""Write the register of consultations; a reading that cannot be written does not happen."""

from django.contrib.contenttypes.models import ContentType
from django.db import models

from caracol.accounts.models import User
from caracol.audit.models import AccessAction, AccessRecord


def record_access(
    *,
    actor: User,
    action: str,
    label: str,
    subject: models.Model | None = None,
    page: str = "",
    rows: int | None = None,
    request_id: str = "",
) -> AccessRecord:
    """Write that the actor read, printed, exported or downloaded a subject or a list."""
    return AccessRecord.objects.create(
        user=actor,
        action=AccessAction(action),
        content_type=ContentType.objects.get_for_model(subject) if subject else None,
        object_id=subject.pk if subject else None,
        label=label[:200],
        page=page,
        rows=rows,
        request_id=request_id,
    )
