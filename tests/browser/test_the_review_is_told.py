"""The whole of a review with a real Label Studio, by clicking: Lena opens a round, Ben and Chloe judge in the editor behind
the gateway, Dan settles what they differ in, Lena closes, and Ben reads how his was resolved. And three reviewers at once.
"""

import pytest
from django.db import connections
from playwright.sync_api import expect

from config.demo.ports import free_port
from review.label_studio.client import LabelStudio
from review.label_studio.gateway import serving
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Decision, RawAnnotation, Round, SeatProject
from synthesis.models import Run
from tests.browser import label_studio_editor as editor
from tests.browser import screens
from tests.browser.conftest import windows
from tests.conftest import PASSWORD, person
from tests.review.factories import made_instances, published_pairs, published_rubric, round_of, standings
from tests.review.gateway.conftest import running

pytestmark = [pytest.mark.browser, pytest.mark.labelstudio]
WORDING = "Stay with what holds her back about the call, and say it back to her, before anything is advised."


@pytest.fixture
def studio(live_server, label_studio, settings):
    """The real server, the gateway before it, and our pages: three origins."""
    settings.LABEL_STUDIO_URL, settings.LABEL_STUDIO_TOKEN = label_studio.url, label_studio.token
    settings.LABEL_STUDIO_GATEWAY_URL = f"http://127.0.0.1:{(port := free_port())}"
    settings.BASE_URL = live_server.url
    with running(serving.gateways().app(), port):
        yield LabelStudio(label_studio.url, label_studio.token)
    connections.close_all()


@pytest.fixture
def at_work(studio, live_server, chromium, ben, chloe, dan, lena):
    with windows(chromium, live_server.url, lambda _email: PASSWORD) as log_in:
        yield log_in


@pytest.fixture
def run():
    """Two sessions of a run, in versions that are in force."""
    pairs = published_pairs()
    published_rubric()
    made = Run.objects.create(serial=1, recipe="supervised_dialogue", version=pairs)
    made_instances(2, pairs, run=made, origin="run")
    return made


def into_the_editor(page):
    """From the desk, through the gateway."""
    page.goto("/desk/")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Judge the next one").first.click()
    return opened.value


def answer(page, verdict: str, wording: str = "") -> None:
    """Everything but the click that submits it."""
    editor.choose(page, "No mistake")
    editor.choose(page, "3 partly")
    editor.complete(page)
    editor.choose(page, verdict)
    if wording:
        page.locator("textarea:visible").first.fill(wording)
    rows = page.locator(".owm-rating")
    for n in range(rows.count()):
        rows.nth(n).locator("label", has_text="4").click()


def judge_both(page, verdicts: dict[str, tuple[str, str]]) -> None:
    """`verdicts`: by a word that is said in one session alone."""
    studio = into_the_editor(page)
    for _ in verdicts:
        said = editor.open_next(studio)
        answer(studio, *next(how for word, how in verdicts.items() if word in said))
        editor.submit(studio)
        studio.reload()


def test_from_the_round_to_how_my_work_was_resolved(at_work, studio, run, ben, chloe):
    ben_is, chloe_is = ben, chloe
    lena = at_work("lena")
    lena.goto(f"/rounds/new/?run={run.public_id}")
    lena.locator("input[name=name]").fill("The first round")
    for reader in (ben_is, chloe_is):
        lena.locator(f"input[name=reviewers][value='{reader.public_id}']").check()
    lena.get_by_role("button", name="Open the round").click()
    expect(lena.get_by_role("heading", name="The first round")).to_be_visible()
    round = Round.objects.get()
    send(round, studio)  # what a worker does when it hears of the round

    ben, chloe = at_work("ben"), at_work("chloe")
    judge_both(ben, {"after week 0": ("Accept", ""), "after week 1": ("Accept", "")})
    # While Chloe has still to judge, nothing of his is for her, and how his were settled is not for him.
    expect(ben.locator("main")).not_to_contain_text("Chloe")
    ben.goto("/desk/mine/")
    expect(ben.locator("main")).not_to_contain_text("The first round")
    judge_both(chloe, {"after week 0": ("Accept", ""), "after week 1": ("Accept after my edit", WORDING)})
    assert sync_all(studio).decided == 4
    agreed, disputed = sorted(
        round.items.all(), key=lambda item: item.instance.content["utterances"][0]["text"]
    )
    assert standings(agreed) == {"verdict": ("settled", "accept")}
    assert standings(disputed)["verdict"] == ("disputed", None)

    dan = at_work("dan")
    dan.get_by_role("link", name="Disputes").first.click()
    dan.locator("tbody tr a").first.click()
    main = dan.locator("main")
    expect(main).not_to_contain_text("One reader")
    for name in ("Ben", "Chloe"):
        expect(main).not_to_contain_text(name)
    texts = dan.locator("section[aria-label^=text]").all_inner_texts()
    asked = [field.get_attribute("name") for field in dan.locator("input[name^=text-]").all()]
    for field, text in zip(dict.fromkeys(asked), texts, strict=True):
        dan.locator(f"input[name={field}][value={'yes' if WORDING in text else 'no'}]").check()
    dan.locator("input[name=unsafe][value=no]").check()
    dan.get_by_role("button", name="Keep it, and show what the readers said").click()
    expect(main.locator("ins").first).to_be_visible()
    dan.locator("input[name=error_type]").first.check()
    dan.locator("textarea[name=reason]").fill(
        "The draft advises before she was heard; the edit hears her first."
    )
    dan.get_by_role("button", name="Settle").click()
    expect(dan.get_by_text("Settled. Thank you.")).to_be_visible()
    assert standings(disputed)["verdict"] == ("settled", "edit")

    ben.goto("/desk/mine/")
    expect(ben.locator("main")).not_to_contain_text("The first round")
    lena.on("dialog", lambda dialog: dialog.accept())
    lena.reload()
    expect(lena.locator("main")).to_contain_text("2 settled")
    lena.get_by_role("link", name="Close the round").click()
    lena.get_by_role("button", name="Close the round for good").click()
    expect(lena.locator("main")).to_contain_text("Closed.")

    ben.goto("/desk/mine/?show=differ")
    ben.locator("main").get_by_role("link", name="The first round").click()
    expect(ben.locator("main")).to_contain_text("the edit hears her first.")
    expect(ben.locator("main")).to_contain_text("say it back to her")
    expect(ben.locator("main")).not_to_contain_text("Chloe")
    screens.take(ben, "how-mine-was-resolved")
    ben.goto("/desk/mine/")
    expect(ben.locator("main").get_by_role("link", name="The first round")).to_have_count(2)


def test_three_reviewers_save_at_the_same_moment_and_nothing_is_lost(at_work, studio, ben, chloe, lena):
    noor = person("Noor", "annotator")
    readers = [ben, chloe, noor]
    round = round_of(2, readers, lena, overlap=3, unaided_share=0)
    send(round, studio)
    pages = [into_the_editor(at_work(reader.name.lower())) for reader in readers]
    saved: dict[str, list[int]] = {reader.name: [] for reader in readers}

    def note(who):
        def heard(told):
            if told.request.method == "POST" and told.url.split("?")[0].endswith("/annotations"):
                saved[who].append(told.status)

        return heard

    for reader, page in zip(readers, pages, strict=True):
        page.on("response", note(reader.name))
    for judged in (1, 2):
        for page in pages:
            editor.open_next(page)
            answer(page, "Accept after my edit", f"{WORDING} {page.locator('#mirror-bar').inner_text()[:20]}")
        for page in pages:  # none waits for another's answer
            page.get_by_role("button", name="Submit").first.click(no_wait_after=True)
        for reader, page in zip(readers, pages, strict=True):
            for _ in range(300):
                if len(saved[reader.name]) == judged:
                    break
                page.wait_for_timeout(100)
            page.reload()
    assert saved == {reader.name: [201, 201] for reader in readers}
    assert sync_all(studio).decided == 6
    assert not RawAnnotation.objects.uncounted_judgements().exists()
    assert sorted(Decision.objects.values_list("item", "rater__user")) == sorted(
        (item.pk, reader.pk) for item in round.items.all() for reader in readers
    )
    for project in SeatProject.objects.all():
        assert [len(task["annotations"]) for task in studio.changed_tasks(project.project_id)] == [1, 1]
