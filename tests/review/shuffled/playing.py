"""One walk through one round on one Label Studio: people at work there, and we who send and read."""

import random
from collections import Counter, defaultdict
from datetime import timedelta

from django.utils import timezone

from review import disputes
from review.label_studio import syncing
from review.label_studio.errors import LabelStudioRefused
from review.label_studio.keeping import password_of
from review.label_studio.planning import choices_of
from review.label_studio.writing_results import write
from review.models import Account, RawAnnotation, Reading, Round, SeatProject, SendState, Server
from tests.review.factories import mistake, says, settle
from tests.review.shuffled.boundary import Boundary, Broken, Killed
from tests.review.shuffled.script import EVERY, READERS, Act
from tests.review.studio import project_of

PATIENCE = 8
TURNS = (0, 2, 4)  # of the counsellor


class NeverCame(AssertionError):
    """What must come, however late, did not."""


class Play:
    """`people` by name; `studio` fake or real. `did` counts what happened, by name."""

    def __init__(self, round: Round, studio, people: dict, server: Server):
        self.round, self.studio, self.people, self.server = round, studio, people, server
        self.items = list(round.items.order_by("position"))
        self.boundary = Boundary(studio)
        self.did: Counter[str] = Counter()
        self.story: list[str] = []
        # By session: {annotation that is there now: (whose, on whose task, the words that it must be kept with)}.
        self.there: dict[int, dict[int, tuple[str, str, str]]] = defaultdict(dict)
        # (session, on whose task): what anybody ever judged or skipped.
        self.touched: set[tuple[int, str]] = set()
        self._desks: dict[str, object] = {}
        self._choices = choices_of(round)

    # -- us

    def sync(self, *, night: bool = False) -> None:
        """One process of ours at work, as the clock starts it, until it is done or killed."""
        doing = syncing.compare_servers if night else syncing.sync_servers
        try:
            with self.boundary.watched():
                doing(connect=lambda _server: self.boundary)
        except Killed:
            self.tell("killed")
        finally:
            if self.boundary.happened_at:
                self.tell(f"... at {self.boundary.happened_at}")
            self.boundary.disarm()

    def later(self) -> None:
        """Whatever claim a process that died held has run out."""
        long_ago = timezone.now() - timedelta(hours=1)
        Round.objects.filter(pk=self.round.pk, syncing_until__isnull=False).update(syncing_until=long_ago)
        on_their_way = Reading.objects.filter(send_state=SendState.SENDING, sending_since__isnull=False)
        on_their_way.filter(seat__round=self.round).update(sending_since=long_ago)

    def calm_down(self) -> None:
        """One sync without a fault has read what is there; then come nights, until one changes nothing."""
        self.later()
        self.sync()
        unread = [session for session in range(len(self.items)) if not self._is_read(session)]
        assert not unread, f"What was done to sessions {unread} waits for the night."
        before = None
        for _night in range(PATIENCE):
            self.later()
            self.sync(night=True)
            if self._state() == before:
                return
            before = self._state()
        raise NeverCame("It does not calm down.")

    def _state(self) -> tuple:
        readings = Reading.objects.filter(seat__round=self.round).order_by("pk")
        projects = SeatProject.objects.filter(seat__round=self.round).order_by("pk")
        return (
            RawAnnotation.objects.done().count(),
            tuple(readings.values_list("send_state", "task_id")),
            tuple(projects.values_list("project_id", "watermark", "failure")),
        )

    def wait_until(self, done, meanwhile=lambda: None, *, nights=True):
        """She looks again later; in the end nothing is amiss."""
        for again in range(PATIENCE):
            if found := done():
                return found
            meanwhile()
            self.later()
            self.sync(night=nights and again > 0)
        raise NeverCame("It never comes.")

    # -- people

    def act(self, act: Act, meanwhile=lambda: None) -> None:
        if act.waits:
            sessions = range(len(self.items)) if act.session == EVERY else [act.session]
            # What is there is read by day: no judgement waits for the night.
            self.wait_until(lambda: all(map(self._is_read, sessions)), meanwhile, nights=False)
        if act.what == "settle":
            self._settle(act)
        elif act.what == "lose the project":
            self._lose_project(act.who)
        else:
            self._on_her_task(act, meanwhile)
        self.did[act.what] += 1
        self.tell(str(act))
        if hasattr(self.studio, "pass_time"):  # a real one has its own clock
            self.studio.pass_time(act.n * 7 % 30)

    def can_act_now(self, act: Act) -> bool:
        """She need not wait for us."""
        return not act.waits and self._task_before(act) is not None

    def _on_her_task(self, act: Act, meanwhile) -> None:
        task = self.wait_until(lambda: self._task_before(act), meanwhile)
        self.touched.add((act.session, self._whose(act)))
        there = self.there[act.session]
        own = [made for made, (by, on, words) in there.items() if by == on == act.who and words]
        desk = self._desk(act.who)
        if act.what == "skip":
            self._made(act, desk.skip(task), words="")
        elif act.what == "take back":
            if own:
                desk.delete(own[-1])
                del there[own[-1]]
        elif act.what == "lose the task":
            self.studio.delete_task(task)
            for made in [made for made, (_by, on, _words) in there.items() if on == act.who]:
                del there[made]
        elif act.what == "judge and take back at once":
            desk.delete(desk.submit(task, self._answers(act), 1.0))
        elif act.what == "edit" and own:
            desk.update(own[-1], self._answers(act))
            self._made(act, own[-1], words=act.words)
        else:
            self._made(act, desk.submit(task, self._answers(act), 2.0), words=act.words)

    def _made(self, act: Act, annotation: int, *, words: str) -> None:
        self.there[act.session][annotation] = (act.who, self._whose(act), words)

    def _whose(self, act: Act) -> str:
        """Whose task it is done on."""
        if act.what == "judge on her colleague's task":
            return next(name for name in READERS if name != act.who)
        return act.who

    def _reading(self, act: Act) -> Reading:
        whose = self.people[self._whose(act)]
        return Reading.objects.select_related("item", "seat").get(
            item=self.items[act.session], seat__rater__user=whose
        )

    def _task_before(self, act: Act) -> int | None:
        """The task that she acts on, where it and her account are there."""
        has_account = Account.objects.filter(rater__user=self.people[act.who], ls_user_id__isnull=False)
        return self.task(self._reading(act)) if has_account.exists() else None

    def _answers(self, act: Act) -> list[dict]:
        """The words name the act; what else she says is drawn by them."""
        said = random.Random(f"{self.round.seed} {act.words}")
        verdict = said.choice(["accept", "accept", "edit", "reject"])
        text = f"Stay with the hesitation first ({act.words})."
        # Only what we are certain to read may call a session unsafe: a flag counts even if it is taken back.
        unsafe = act.waits and act.what in ("edit", "judge again") and said.random() < 0.5
        answers = says(verdict, text, comment=act.words, unsafe=unsafe,
                       findings=[mistake(turns=(said.choice(TURNS),), severity=said.randint(1, 3))])  # fmt: skip
        item = self.items[act.session]
        return write(answers, form=item.arm, dialogue=item.instance.content["utterances"], **self._choices)

    def _settle(self, act: Act) -> None:
        dispute = disputes.of(self.items[act.session], self.people[act.who])
        if not dispute.aspects:
            return
        said = random.Random(f"{self.round.seed} {act.words}")
        texts = sorted(text.words for text in dispute.texts)
        # Of several edits she gives one; where the verdict is in dispute, perhaps none.
        given = said.sample(texts, said.randint(0 if dispute.asks_verdict else 1, 1)) if texts else []
        settle(self.items[act.session], self.people[act.who], given, reason=act.words, unsafe=False)
        self.did["a dispute was settled"] += 1

    def _lose_project(self, who: str) -> None:
        project = SeatProject.objects.get(seat__round=self.round, seat__rater__user=self.people[who])
        if project.project_id is None or self.studio.project(project.project_id) is None:
            return
        self.studio.delete_project(project.project_id)
        for made in self.there.values():
            for annotation in [one for one, (_by, on, _words) in made.items() if on == who]:
                del made[annotation]

    def _is_read(self, session: int) -> bool:
        """Whatever is there now has become a decision, or says why not."""
        done = RawAnnotation.objects.done().filter(reading__item=self.items[session])
        return all(
            done.filter(ls_id=made, payload__contains=words).exists()
            for made, (_by, _task, words) in self.there[session].items()
        )

    def task(self, reading: Reading) -> int | None:
        """Her task as it is there, whether we know of it or not; once at most."""
        project = project_of(reading.item, reading.seat.rater.user)
        if project.project_id is None:
            return None
        external_id = str(reading.external_id)
        try:
            tasks = self.studio.find_tasks(project.project_id, [external_id]).get(external_id, [])
        except LabelStudioRefused:
            return None  # the project is gone
        if len(tasks) > 1:
            raise Broken(f"sent twice: {tasks}")
        return tasks[0] if tasks else None

    def _desk(self, who: str):
        if who not in self._desks:
            account = Account.objects.get(rater__user=self.people[who], server=self.server)
            self._desks[who] = self.studio.log_in(account.email, password_of(account))
        return self._desks[who]

    def tell(self, what: str) -> None:
        self.story.append(what)
