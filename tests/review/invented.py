"""Invented instances of the recipes that are still to come, and rounds of them, until these make their own."""

from guidelines.models import Dimension, DimensionRevision, Guideline
from review.label_studio.reading_results import Answers
from tests.review import factories

REPLY = "It sounds as if part of you wants to call him, and part of you is tired of being told to."
EXEMPLAR = "I keep coming back to it, and you have said no. What would you like to talk about instead?"
TEXTS = {"a": REPLY, "b": "You should simply ring him tonight."}
SAID = [
    ("counsellor", "What would it be like to ring your brother this week?"),
    ("client", "You keep coming back to that. I said that I do not want to."),
]
COMPARED = ["first", "no difference", "second"]
MECHANISMS = {"autonomy": "Respect for autonomy", "resonance": "Emotional resonance"}
# By recipe: what its rubric asks, its scale and the values of its levels.
RUBRICS = {
    "technique_session": (factories.DIMENSIONS, "ordinal", [1, 2, 3, 4, 5]),
    "reply_preference": (factories.DIMENSIONS, "pairwise", COMPARED),
    "judged_reply": (factories.DIMENSIONS, "ordinal", [1, 2, 3, 4, 5]),
    "resistance_reply": (MECHANISMS, "ordinal", [0, 1, 2]),
}
RECIPES = ["supervised_dialogue", *RUBRICS]


def content(recipe: str, n: int = 0) -> dict:
    """What an instance of the recipe may hold; `model` stands for all that reviewers must not learn."""
    if recipe in ("supervised_dialogue", "technique_session"):
        return factories.content(n)
    said = [{"id": i, "speaker": s, "text": t} for i, (s, t) in enumerate(SAID, start=1)]
    judged = {"texts": TEXTS} if recipe == "reply_preference" else {"reply": REPLY}
    if recipe == "resistance_reply":
        judged["exemplar"] = EXEMPLAR
    return {"client_name": "Mira", "utterances": said, "model": "SECRET-MODEL-4", **judged}


def rubric(recipe: str):
    names, scale, values = RUBRICS[recipe]
    guideline = Guideline.objects.create(slug=f"of-{recipe.replace('_', '-')}", kind="rubric", title="Rubric")
    levels = [{"value": value, "anchor": f"what {value} stands for"} for value in values]
    revisions = []
    for key, name in names.items():
        dimension = Dimension.objects.create(guideline=guideline, key=key)
        about = {"name": name, "definition": f"How {key} it is.", "scale": scale, "levels": levels}
        revisions.append(DimensionRevision.objects.create(dimension=dimension, n=1, digest="0" * 64, **about))
    return factories.published(guideline, [{"dimension_revision": revision} for revision in revisions])


def round_of(recipe: str, n: int, people, lead, **options):
    if recipe == "supervised_dialogue":
        return factories.round_of(n, people, lead, **options)
    pairs = options.pop("pairs_version", None) or factories.published_pairs()
    of = options.pop("rubric_version", None) or rubric(recipe)
    contents = options.pop("contents", None) or [content(recipe, k) for k in range(n)]
    factors, profiles = options.pop("factors", {}), options.pop("profiles", None) or [None]
    instances = [
        factories.made_instances(
            1, pairs, recipe=recipe, content=one, factors=factors,
            profiles=[profile] if (profile := profiles[k % len(profiles)]) else None,
        )[0]
        for k, one in enumerate(contents)
    ]  # fmt: skip
    told = {"instances": instances, "rubric_version": of, "pairs_version": pairs, "screen": recipe}
    return factories.round_of(n, people, lead, **(told | options))


def says(recipe: str, **changes) -> Answers:
    """Every question of the usual form answered."""
    if recipe == "supervised_dialogue":
        return factories.says("edit", "Stay with her hesitation first.", ratings=changes.pop("ratings", None))
    names, scale, values = RUBRICS[recipe]
    answers = {"ratings": dict.fromkeys(names, values[0]), "rationale": "She says no; the reply hears it."}
    if recipe == "resistance_reply":
        answers["exemplar_verdict"] = "accept"
    if scale == "pairwise":
        answers["preferred"] = "a"
    return Answers(**(answers | changes))
