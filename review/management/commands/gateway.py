"""Serve the gateway: an origin of its own, through which reviewers work in Label Studio."""

import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from review.label_studio import connecting


class Command(BaseCommand):
    help = "Serve the gateway to Label Studio at LABEL_STUDIO_GATEWAY_URL, until it is stopped."

    def add_arguments(self, parser):
        parser.add_argument(
            "--bind", metavar="HOST:PORT", help="default: 127.0.0.1 and the address's own port"
        )

    def handle(self, *, bind: str | None, **options):
        if not settings.LABEL_STUDIO_GATEWAY_URL or not connecting.is_set():
            raise CommandError(
                "Set LABEL_STUDIO_URL, LABEL_STUDIO_TOKEN and LABEL_STUDIO_GATEWAY_URL.", returncode=2
            )
        address = urlsplit(f"//{bind}") if bind else urlsplit(settings.LABEL_STUDIO_GATEWAY_URL)
        try:
            port = address.port or 8001
        except ValueError:
            raise CommandError(f"{bind} is no HOST:PORT.", returncode=2) from None
        from aiohttp import web

        from review.label_studio.gateway import serving

        try:
            served = serving.gateway()
        except ValueError as problem:
            raise CommandError(str(problem), returncode=2) from None
        # Of a request that it cannot read it would log a part, cookies and all.
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)

        self.stderr.write(f"The gateway serves {settings.LABEL_STUDIO_GATEWAY_URL} on port {port}.")
        host = address.hostname if bind else "127.0.0.1"
        web.run_app(served.app(), host=host or "127.0.0.1", port=port, print=None, access_log=None)
