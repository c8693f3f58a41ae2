"""A known graph: three pairs, a session of each at every stage, rounds, a dataset and a model; then a second version
that changes the meaning of the first pair, words of the second, drops the third and adds a fourth.
"""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from exports.models import Dataset, DatasetItem, TrainingRun
from guidelines import touching
from guidelines.importing import import_version
from guidelines.models import Version
from review import rereading
from review.models import Item, Round
from review.raters import rater_for
from review.rounds import close_round, make_round
from synthesis import remaking
from synthesis.models import Instance, Run
from tests.guidelines.conftest import content, pair_texts, revision_in
from tests.review.factories import client_profile, judge, published_rubric, says
from tests.review.factories import content as session

# Keys as the sessions of tests/review name them.
A, B, C, D = "premature-advice", "minimising", "interrupting", "lecturing"
LONGER = (
    "Answers with a plan of what to do before the client has said what troubles her, or what she hopes for."
)
STAGES = ("planned", "making", "made", "out", "settled", "failed", "cancelled")


def first_version() -> Version:
    pairs = ((A, "Gives advice too soon"), (B, "Plays the problem down"), (C, "Interrupts the client"))
    version, _created = import_version(content=content(*((key, pair_texts(name)) for key, name in pairs)))
    return version


def second_version() -> Version:
    version, _created = import_version(
        content=content(
            (A, pair_texts("Gives advice too soon", shows=LONGER)),
            (B, pair_texts("Plays the problem down", harms="The client digs in then.")),
            (D, pair_texts("Lectures the client")),
        )
    )
    return version


@dataclass
class Graph:
    first: Version
    rubric: Version
    run: Run
    open: Round
    closed: Round
    dataset: Dataset
    training: TrainingRun
    # {(key of the pair, stage): session}
    sessions: dict[tuple[str, str], Instance] = field(default_factory=dict)

    def of(self, *keys, stages=("planned", "making", "made", "out", "settled")) -> set[int]:
        return {one.pk for (key, stage), one in self.sessions.items() if key in keys and stage in stages}


def instance(run: Run, key: str, state: str, n: int, **more) -> Instance:
    made = {
        "content": session(n), "digest": f"{n:064x}", "made_at": timezone.now(),
    } if state == "made" else {}  # fmt: skip
    if state == "making":
        made = {"lease_by": "a worker", "lease_until": timezone.now()}
    return Instance.objects.create(
        run=run, recipe="supervised_dialogue", version=run.version, state=state, sample=n,
        pair_revision=revision_in(run.version, key), profile=client_profile(), factors=run.parameters,
        cell=f"{n:064x}", **(made | more),
    )  # fmt: skip


def a_run(version: Version, serial: int = 1) -> Run:
    parameters = {"supervisor": "untold", "refinements": "3"}
    return Run.objects.create(
        serial=serial, recipe="supervised_dialogue", version=version, seed=77, parameters=parameters
    )


def build(lena, ben, chloe) -> Graph:
    version, rubric = first_version(), published_rubric()
    run, sessions, n = a_run(version), {}, 0
    for key in (A, B, C):
        for stage in STAGES:
            n += 1
            state = "made" if stage in ("made", "out", "settled") else stage
            sessions[key, stage] = instance(run, key, state, n)

    def a_round(name, stage) -> Round:
        return make_round(
            name=name, instances=[sessions[key, stage] for key in (A, B, C)], by=lena,
            raters=[rater_for(ben), rater_for(chloe)], pairs_version=version, rubric_version=rubric,
            unaided_share=0,
        )  # fmt: skip

    closed = a_round("October", "settled")
    for item in closed.items.all():
        for person in (ben, chloe):
            judge(item, person, says())
    close_round(round=closed, by=lena)
    opened = a_round("November", "out")
    dataset = Dataset.objects.create(serial=1, name="First release", selection={"rounds": []}, made_by=lena)
    for item in Item.objects.filter(round=closed):
        DatasetItem.objects.create(dataset=dataset, item=item, split="train")
    training = TrainingRun.objects.create(serial=1, dataset=dataset, asked_by=lena)
    return Graph(version, rubric, run, opened, closed, dataset, training, sessions)


def third_version() -> Version:
    """A changes its meaning once more."""
    version, _created = import_version(
        content=content(
            (
                A,
                pair_texts(
                    "Gives advice too soon", shows=f"{LONGER} Then asks, twice, whether that helped her."
                ),
            ),
            (B, pair_texts("Plays the problem down", harms="The client digs in then.")),
            (D, pair_texts("Lectures the client")),
        )
    )
    return version


def waiting(version) -> set[int]:
    """Ids of the sessions that are stale by this version and not dealt with."""
    found = rereading.to_deal_with(Instance.objects.all(), touching.by(version))
    return set(found.values_list("pk", flat=True))


def remake(version, by, **options):
    return remaking.remake(instances=Instance.objects.all(), version=version, by=by, **options)


def read_again(graph, version, by, people, **options):
    return rereading.read_again(
        instances=Instance.objects.all(), version=version, rubric_version=graph.rubric, by=by,
        name=options.pop("name", "Again"), raters=[rater_for(person) for person in people], **options,
    )  # fmt: skip


def stale_page(client, **asked) -> str:
    return client.get(reverse("guideline_stale", args=["novice-mistakes"]), asked).content.decode()


def listed(page: str) -> set[int]:
    """Ids of the sessions that the page links to."""
    return {one.pk for one in Instance.objects.all() if reverse("instance", args=[one.public_id]) in page}
