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
    rated = freeze(name="", rounds=[_rated_round(factories)], by=None, seed=5)
    files |= {f"rated: {file['name']}": file["sha256"] for file in rated.manifest["files"]}
    assert (places.dataset_folder(dataset) / "manifest.json").is_relative_to(settings.ARTEFACTS)
    print(json.dumps({"vendor": connection.vendor, "sha256": dataset.sha256, "files": files}))


def _rated_round(factories):
    """Two replies to each of twelve clients, rated by two people, and a third with a rewriting that they accepted.

    Each client has one of each kind: which clients go to which split follows from the random namespace.
    """
    from accounts.models import Role
    from review.rounds import close_round
    from tests.conftest import person
    from tests.review import factories as review
    from tests.review import invented
    from tests.review.test_rounds_of_judged_replies import REPLY, content, says

    lena, ben, chloe = (
        person("Lena", Role.LEAD), person("Ben", Role.ANNOTATOR), person("Chloe", Role.ANNOTATOR)
    )  # fmt: skip
    contents = [content(rewritten=False) | {"reply": f"{REPLY} – {n}, ünïcode"} for n in range(24)]
    people = [review.client_profile(f"reader-of-{n // 2}") for n in range(24)]
    round = invented.round_of(
        "judged_reply", 36, [ben, chloe], lena,
        contents=[*contents, *(content() for _ in range(12))], profiles=[*people, *people[::2]],
        overlap=2, unaided_share=0, pairs_version=factories.version("novice-mistakes"),
    )  # fmt: skip
    for item in round.items.order_by("instance__pk"):
        level = 5 if item.instance.pk % 2 else 2
        given = invented.says("judged_reply", ratings=dict.fromkeys(review.DIMENSIONS, level))
        for reader in (ben, chloe):
            review.judge(item, reader, says("accept") if item.arm == "revised" else given)
    return close_round(round=round, by=lena)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    main(sys.argv[1])
