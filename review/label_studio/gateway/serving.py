"""The gateway of this installation: put together from its settings and its database."""

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from review.label_studio.gateway.passes import Holder
from review.label_studio.gateway.server import Gateway, Where
from review.label_studio.gateway.upstream import Upstream
from review.label_studio.keeping import password_of
from review.label_studio.signing_in import ReviewerSession
from review.models import Account, SeatProject
from review.welfare.notices import NOTICES
from review.welfare.providing import contact


def gateway() -> Gateway:
    where = Where(origin(settings.LABEL_STUDIO_GATEWAY_URL), origin(settings.BASE_URL))
    return Gateway(Upstream(settings.LABEL_STUDIO_URL, log_in), where, about)


def origin(address: str) -> str:
    """As a browser writes it. Raises ValueError where the address is none, or has a path."""
    parts = urlsplit(address.strip().rstrip("/"))
    usual = {"http": 80, "https": 443}
    if parts.scheme not in usual or not parts.hostname or parts.path or parts.query or parts.username:
        raise ValueError(f"{address} is no origin, as in https://judge.example.org")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, usual[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def log_in(account_id: int) -> dict[str, str]:
    """The cookies of a new session of this reviewer's. Raises TokenRefused, LabelStudioDown."""
    account = Account.objects.get(pk=account_id)
    return ReviewerSession(settings.LABEL_STUDIO_URL, account.email, password_of(account)).cookies


def about(holder: Holder, project_id: int) -> dict:
    """What the bar above a task says."""
    project = SeatProject.objects.select_related(
        "seat__rater__user", "seat__round__pairs_version__guideline", "seat__round__rubric_version__guideline"
    ).get(project_id=project_id, seat__rater=holder.rater_id)
    round, pages = project.seat.round, settings.BASE_URL.rstrip("/")

    def read(version) -> str:
        return pages + reverse("guideline_version", args=[version.guideline.slug, version.number])

    return {
        "desk": pages + reverse("desk"), "project": project_id, "title": round.name,
        "name": project.seat.rater.user.name,
        # Where a reading's random id follows.
        "raise": pages + reverse("flag_raise", args=[UUID(int=0)]).removesuffix(f"{UUID(int=0)}/"),
        "contact": contact(), "notices": NOTICES,
        "guideline": read(round.pairs_version), "rubric": read(round.rubric_version),
    }  # fmt: skip
