"""Serve the gateway: an origin of its own, through which reviewers work in Label Studio."""

import logging
import socket
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError

LOOPBACK = "127.0.0.1"


class Command(BaseCommand):
    help = "Serve the gateways to all Label Studios, each at its own address, until this is stopped."

    def add_arguments(self, parser):
        parser.add_argument(
            "--bind", metavar="HOST:PORT", help="default: 127.0.0.1 and each address's own port"
        )

    def handle(self, *, bind: str | None, **options):
        from aiohttp import web

        from review.label_studio.gateway import serving

        try:
            served = serving.gateways()
            host, ports = _listened_to(bind, served)
        except ValueError as problem:
            raise CommandError(str(problem), returncode=2) from None
        # Of a request that it cannot read it would log a part, cookies and all.
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)

        for one in served.all:
            self.stderr.write(
                f"The gateway serves {one.where.gateway}, on port {', '.join(map(str, ports))}."
            )
        try:
            sockets = [socket.create_server((host, port)) for port in ports]
        except OSError as problem:
            raise CommandError(f"{host}, {ports}: {problem.strerror}", returncode=2) from None
        web.run_app(served.app(), sock=sockets, print=None, access_log=None)


def _listened_to(bind: str | None, served) -> tuple[str, list[int]]:
    """Where --bind says, for all; else on loopback, on the port of each address, 8001 where it has none."""
    if bind is None:
        return LOOPBACK, sorted({urlsplit(one.where.gateway).port or 8001 for one in served.all})
    address = urlsplit(f"//{bind}")
    try:
        return address.hostname or LOOPBACK, [address.port or 8001]
    except ValueError:
        raise ValueError(f"{bind} is no HOST:PORT.") from None
