"""The gateway of this installation: put together from its settings and its database."""

from uuid import UUID

from aiohttp import web
from django.conf import settings
from django.urls import reverse

from review.label_studio import connecting
from review.label_studio.gateway.origins import origin
from review.label_studio.gateway.passes import Holder
from review.label_studio.gateway.server import MOST_BYTES, Gateway, Where
from review.label_studio.gateway.upstream import Upstream
from review.label_studio.keeping import password_of
from review.label_studio.signing_in import ReviewerSession
from review.models import Account, SeatProject, Server
from review.welfare.notices import NOTICES
from review.welfare.providing import contact


class Gateways:
    """The gateways of all servers that have one, told apart by the host that a browser asks for."""

    def __init__(self, gateways: list[Gateway]):
        self.all = gateways
        self._of_host = {gateway.host: gateway for gateway in gateways}

    def app(self) -> web.Application:
        made = web.Application(client_max_size=MOST_BYTES)
        made.router.add_route("*", "/{anything:.*}", self._handle)
        made.cleanup_ctx.extend(gateway.open for gateway in self.all)
        return made

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        # A host that is nobody's is answered by the first, which says so.
        return await self._of_host.get(request.host.lower(), self.all[0]).handle(request)


def gateways() -> Gateways:
    """Of all servers that are set and have an address for it. Raises ValueError where there is none, or one is no
    origin, or two are the same.
    """
    found = [gateway(one) for one in connecting.servers() if connecting.place(one).gateway_url]
    if not found:
        raise ValueError("No Label Studio that is set has an address for its gateway.")
    hosts = [one.host for one in found]
    if len(hosts) != len(set(hosts)):
        raise ValueError(
            "Two servers have the same address for their gateway; each needs a host or a port of its own."
        )
    return Gateways(found)


def gateway(server: Server) -> Gateway:
    place = connecting.place(server)
    where = Where(origin(place.gateway_url), origin(settings.BASE_URL), server.pk)
    return Gateway(Upstream(place.url, log_in), where, about)


def log_in(account_id: int) -> dict[str, str]:
    """The cookies of a new session of this reviewer's. Raises TokenRefused, LabelStudioDown."""
    account = Account.objects.select_related("server").get(pk=account_id)
    return ReviewerSession(connecting.place(account.server).url, account.email, password_of(account)).cookies


def about(holder: Holder, project_id: int) -> dict:
    """What the bar above a task says."""
    project = SeatProject.objects.select_related(
        "seat__rater__user", "seat__round__pairs_version__guideline", "seat__round__rubric_version__guideline"
    ).get(project_id=project_id, server=holder.server_id, seat__rater=holder.rater_id)
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
