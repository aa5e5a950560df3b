"""The sample stories of a first start: loaded, and waited for while the worker reads them."""

from __future__ import annotations

from django.core.management import call_command, get_commands
from django.db.models import Max
from procrastinate.contrib.django.models import ProcrastinateJob


def load() -> int:
    """
    Load the stories that are not there yet; give the number of the last job queued before.

    Loading again changes nothing, so each start may call this.
    """
    last = ProcrastinateJob.objects.aggregate(last=Max("id"))["last"] or 0
    if "load_samples" in get_commands():
        call_command("load_samples", verbosity=0)
    return int(last)


def unfinished(since: int) -> int:
    """Count the jobs queued after that number and not done yet."""
    return ProcrastinateJob.objects.filter(id__gt=since, status__in=["todo", "doing"]).count()
