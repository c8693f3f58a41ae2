"""Sessions as earlier releases stored them. A later one has to read them as they are: never write these files anew."""

import json
from pathlib import Path

from django.utils import timezone

from accounts.identity import public_id
from synthesis.models import Call, Instance, PromptText, Run
from tests.factories import client_profile, published_guideline

FOLDER = Path(__file__).parent


def stored(name: str) -> Instance:
    """The rows of a session from `NAME.json`. What was sent with each call is left out of the file, as its digest is
    in the call's key.
    """
    told = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    version = published_guideline(pairs=told["pairs"])
    revision = version.entries.get(pair_revision__pair__key=told["pair"]).pair_revision
    profile = client_profile(**told["profile"])
    PromptText.objects.bulk_create(PromptText(**prompt) for prompt in told["prompts"])
    prompts = {prompt["name"]: prompt["digest"] for prompt in told["prompts"]}
    run = Run.objects.create(version=version, prompts=prompts, **told["run"])
    instance = Instance.objects.create(
        public_id=public_id("synthesis.instance", name),
        run=run,
        version=version,
        pair_revision=revision,
        profile=profile,
        state="made",
        made_at=timezone.now(),
        **told["instance"],
    )
    Call.objects.bulk_create(Call(instance=instance, messages=[], **call) for call in told["calls"])
    return instance
