"""Run by test_same_bytes_on_both_databases in a process of its own: migrate, settle, freeze, print hashes.

python -m tests.exports.release_on_any_database NAMESPACE
"""

import json
import os
import sys
import uuid

import django


def main(namespace: str):
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from accounts.identity import Installation
    from exports import places
    from exports.building import freeze
    from tests.exports import factories

    call_command("migrate", verbosity=0, skip_checks=True)
    # The namespace of public ids is random per installation: the two are to be one installation that moved.
    Installation.objects.all().delete()
    Installation.objects.create(pk=1, namespace=uuid.UUID(namespace))
    round = factories.a_round()
    for n in range(24):
        client = factories.profile(f"client-{n % 8}", consent="invented; no real person – ünïcode")
        verdict = ("accept", "edit", "reject")[n % 3]
        wording = (
            f"Ask first what the nights are like, {n}; then wait, and only afterwards say anything at all."
        )
        factories.item(round, (verdict, verdict), edits=(wording, wording + " Really."), client=client)
    factories.item(round, ("accept", "reject"), state="disputed")
    dataset = freeze(name="", rounds=[factories.close(round)], by=None, seed=5)
    files = {file["name"]: file["sha256"] for file in dataset.manifest["files"]}
    assert (places.dataset_folder(dataset) / "manifest.json").is_relative_to(settings.ARTEFACTS)
    print(json.dumps({"vendor": connection.vendor, "sha256": dataset.sha256, "files": files}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    main(sys.argv[1])
