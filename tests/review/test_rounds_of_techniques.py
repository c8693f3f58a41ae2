"""Technique sessions on their way to readers: chosen by what was made, with the rubric for them, on their own screen."""

import pytest
from django.urls import reverse
from django.utils import timezone

from guidelines.loading import SHIPPED, load
from review.label_studio.sending import send
from review.models import Round
from synthesis.models import Instance, Run
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import factories, invented


@pytest.fixture
def both(db):
    """A run of either recipe, two sessions each."""
    pairs = factories.published_pairs()
    runs = {}
    for serial, recipe in enumerate(("supervised_dialogue", "technique_session"), start=1):
        version = pairs if recipe == "supervised_dialogue" else None
        runs[recipe] = Run.objects.create(serial=serial, recipe=recipe, version=version)
        for n in range(2):
            content = invented.content(recipe, n)
            if version:
                about = {"run": runs[recipe], "origin": "run", "content": content}
                factories.made_instances(1, pairs, **about)
                continue
            Instance.objects.create(
                run=runs[recipe], recipe=recipe, profile=factories.client_profile(), state="made", content=content,
                cell=f"{n:064}", digest="d", made_at=timezone.now(),
            )  # fmt: skip
    return runs


def test_sessions_are_chosen_by_what_was_made(both, lena, log_in):
    page = log_in(lena).get(reverse("round_choose"), {"recipe": "technique_session", "most": "5"})
    said = page.content.decode()
    assert page.status_code == 200 and "<strong>2 sessions</strong> fit." in said
    assert "What was made: Technique session" in said
    usual = log_in(lena).get(reverse("round_choose"), {"most": "5"}).content.decode()
    assert "<strong>2 sessions</strong> fit." in usual and "What was made" in usual


def test_where_only_one_kind_was_made_there_is_nothing_to_choose(lena, log_in):
    pairs = factories.published_pairs()
    factories.made_instances(1, pairs)
    assert "What was made" not in log_in(lena).get(reverse("round_choose")).content.decode()


def test_a_round_of_chosen_technique_sessions_opens_on_their_own_screen(both, lena, ben, log_in):
    load([SHIPPED / "cbt-skill.yaml"])
    lenas = log_in(lena)
    asked = {"recipe": "technique_session", "most": "5"}
    page = lenas.get(reverse("round_new"), asked).content.decode()
    option = page.split('name="rubric_version"')[1].split("</select>")[0]
    assert "selected" in option.split("CBT skill rating")[0].rsplit("<option", 1)[1], (
        "the rubric for such sessions"
    )
    from guidelines.models import Version

    sent = {
        "name": "Techniques", "reviewers": [ben.public_id], "risk_lead": lena.public_id, "overlap": 1, "unaided_share": 0,
        "pairs_version": Version.objects.get(guideline__slug="novice-mistakes").pk,
        "rubric_version": Version.objects.get(guideline__slug="cbt-skill").pk,
        "verdict_rule": "unanimous", "marks_within": 0, "levels_within": 0, "doubly_read": 100,
    }  # fmt: skip
    answer = lenas.post(f"{reverse('round_new')}?recipe=technique_session&most=5", sent)
    assert answer.status_code == 302, answer.content.decode()[:4000]
    round, fake = Round.objects.get(), FakeLabelStudio()
    assert round.screen == "technique_session" and round.items.count() == 2
    send(round, fake)
    task = next(iter(fake.tasks.values()))
    assert set(task["data"]) == {"external_id", "content_hash", "dialogue"}


def test_the_run_of_a_technique_session_suggests_its_rubric(both, lena, log_in):
    load([SHIPPED / "cbt-skill.yaml", SHIPPED / "feedback-quality.yaml"])
    for recipe, title in (("technique_session", "CBT skill rating"), ("supervised_dialogue", "feedback")):
        page = log_in(lena).get(reverse("round_new"), {"run": str(both[recipe].public_id)}).content.decode()
        select = page.split('name="rubric_version"')[1].split("</select>")[0]
        chosen = next(part for part in select.split("<option") if "selected" in part)
        assert title.lower() in chosen.lower()
    assert Instance.objects.count() == 4
