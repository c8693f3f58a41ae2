"""What the quality report of a run costs: seconds of the processor and megabytes, of 1,000 and of 10,000 sessions.

Each size has a database and a process of its own: a run, and an earlier one of the same size that it is compared with.
Sessions are invented: 12 turns of about 30 words whose frequencies follow Zipf's law, with feedback; one in fifty is
nearly a copy of another. Three reports are measured: the first; one after a session was held back, when nothing new
was made; and one after a tenth more was made. Memory is the peak of the process above what it held before.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path

from bench.guidelines import start

SIZES = (1_000, 10_000)
TURNS, WORDS, VOCABULARY = 12, 30, 12_000
NEARLY = 50  # one session in so many is nearly a copy of an earlier one


class Speech:
    """Invented speech, the same for the same seed."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)
        signs = random.Random(0)
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]
        self._words = ["".join(signs.choices(syllables, k=signs.randint(1, 3))) for _ in range(VOCABULARY)]
        self._weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
        self._kept: list[list[str]] = []

    def sentence(self, n: int) -> str:
        return " ".join(self.chance.choices(self._words, cum_weights=self._weights, k=n)).capitalize() + "."

    def texts(self) -> list[str]:
        if self._kept and self.chance.randrange(NEARLY) == 0:
            copied = list(self.chance.choice(self._kept))
            copied[self.chance.randrange(TURNS)] = self.sentence(WORDS)
            return copied
        found = [
            f"{self.sentence(self.chance.randint(5, WORDS))} {self.sentence(WORDS // 2)}"
            for _ in range(TURNS)
        ]
        self._kept = [*self._kept[-200:], found]
        return found

    def content(self, mistakes: list[str]) -> dict:
        texts = self.texts()
        said = [
            {"id": n, "speaker": ("client", "counsellor")[n % 2], "text": text}
            for n, text in enumerate(texts, start=1)
        ]
        words = {name: self.sentence(20) for name in ("why", "correction", "better")}
        finding = {"mistake": self.chance.choice(mistakes), "severity": 2, "utterances": [3], **words}
        finding["quotes"] = [" ".join(texts[2].split()[:6])]
        feedback = {"strengths": [self.sentence(15)], "findings": [finding]}
        return {
            "client_name": "Mara",
            "utterances": said,
            "feedback": feedback,
            "supervisor": "untold",
            "refinement": {"outcome": "accepted_as_is", "rounds": []},
            "manual_check": [],
        }


def fill(run, n: int, speech: Speech) -> None:
    """`n` more made sessions of the run."""
    from django.utils import timezone

    from accounts.digesting import digest
    from accounts.identity import public_id
    from guidelines.models import PairRevision
    from synthesis.models import Instance, Profile

    revisions = list(
        PairRevision.objects.filter(entries__version=run.version, positive=False).select_related("pair")
    )
    mistakes, (profile,) = [one.pair.key for one in revisions], Profile.objects.all()[:1]
    there, now = run.instances.count(), timezone.now()

    def session(number: int) -> Instance:
        content, cell = speech.content(mistakes), digest([run.serial, number])
        return Instance(
            run=run, recipe=run.recipe, version=run.version, profile=profile, content=content, digest=digest(content),
            pair_revision=revisions[number % len(revisions)], state="made", made_at=now, cell=cell,
            public_id=public_id("synthesis.instance", run.serial, cell),
        )  # fmt: skip

    for begin in range(there, there + n, 500):
        numbers = range(begin, min(begin + 500, there + n))
        Instance.objects.bulk_create([session(number) for number in numbers])


def fill_both(n: int) -> None:
    from django.core.management import call_command

    from accounts.identity import public_id
    from guidelines.models import Version
    from synthesis.models import Run
    from synthesis.quality import keeping

    call_command("load_guideline", "shipped", verbosity=0, skip_checks=True)
    call_command("load_profiles", "shipped", verbosity=0, skip_checks=True)
    version, speech = (
        Version.objects.filter(state="published", guideline__kind="pairs").first(),
        Speech(seed=1),
    )
    for serial in (1, 2):
        about = {"recipe": "supervised_dialogue", "version": version}
        name = public_id("synthesis.run", serial)
        fill(Run.objects.create(serial=serial, public_id=name, **about), n, speech)
    keeping.remeasure(Run.objects.get(serial=1))  # what an earlier run has long behind it


def report(n: int, which: str, into: Path | None) -> dict:
    """Measured in this process."""
    from django.db import connection

    from synthesis.models import Instance, Mark, Run
    from synthesis.quality import keeping

    run = Run.objects.get(serial=2)
    if which == "nothing new":
        held = Instance.objects.filter(run=run).first()
        Mark.objects.create(instance=held, kind="held", reason="Look at it.", by_machine="bench")
    if which == "a tenth more":
        fill(run, n // 10, Speech(seed=2))
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA mmap_size=0"
        )  # what is mapped of the file would count as memory of the process
    before, began = _resident("VmHWM"), time.process_time()
    found = keeping.remeasure(run).report
    took, peak = time.process_time() - began, _resident("VmHWM") - before
    if into:
        into.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False))
    return {"cpu_s": took, "peak_mb": peak / 1024, "earlier": found["duplicates"]["earlier"]}


def _resident(name: str) -> int:
    """In kB, as the kernel counts it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--into", type=Path, help="a folder for the reports, as JSON")
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        home, which, n = options.step
        start(Path(home))
        into = options.into and options.into / f"{n} {which}.json"
        print(json.dumps(fill_both(int(n)) if which == "fill" else report(int(n), which, into)))
        return
    print(f"{'sessions':>9}  {'report':<14}{'CPU s':>8}{'peak MB':>9}{'earlier':>9}")
    for n in options.sizes:
        with tempfile.TemporaryDirectory() as home:
            for which in ("fill", "first", "nothing new", "a tenth more"):
                found = _in_a_process_of_its_own(home, which, n, options.into)
                if found:
                    cpu, peak, earlier = found["cpu_s"], found["peak_mb"], found["earlier"]
                    print(f"{n:>9,}  {which:<14}{cpu:>8.2f}{peak:>9.1f}{earlier:>9,}", flush=True)


def _in_a_process_of_its_own(home: str, which: str, n: int, into: Path | None) -> dict | None:
    asked = [sys.executable, "-m", "bench.quality", "--step", home, which, str(n)]
    done = subprocess.run([*asked, *(["--into", str(into)] if into else [])], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
