"""Fill the installation that the environment names: two rounds of decisions, two frozen datasets, an adapter.

Run as a process of its own by test_backup.py, so that the commands work on a home that the app made itself.
"""

import hashlib
import os
import sys
from datetime import timedelta

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
    django.setup()

    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.leading import make_lead
    from exports.building import freeze
    from exports.models import Node, TrainingRun
    from tests.exports import factories

    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    make_lead(email="lena@example.org", password="a long enough password")
    for n in range(2):
        made = factories.a_round(name="Müjgân ☂")
        for client in range(3):
            factories.item(made, client=factories.profile(f"client-{n}-{client}"))
        factories.item(made, ("reject", "reject"), client=factories.profile(f"refused-{n}"))
        dataset = freeze(name=f"release {n}", rounds=[factories.close(made)], by=None)
    # Larger than any buffer, and not to be shrunk.
    adapter = b"".join(hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(40_000))
    path = settings.ARTEFACTS / "training" / "one" / "adapter.tar.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(adapter)
    now = timezone.now()
    node = Node.objects.create(name="gpu-1", token_digest="0" * 64)
    TrainingRun.objects.create(
        serial=1, dataset=dataset, state="succeeded", node=node, lease_until=now + timedelta(minutes=1),
        artifact="training/one/adapter.tar.gz", artifact_sha256=hashlib.sha256(adapter).hexdigest(),
        dataset_sha256=dataset.sha256, ended_at=now,
    )  # fmt: skip
    print("seeded", file=sys.stderr)
