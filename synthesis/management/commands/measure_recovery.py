import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from synthesis import choice_words
from synthesis.management import driving_here
from synthesis.management.named_run import named
from synthesis.management.tables import aligned, apart, figure
from synthesis.models import Run
from synthesis.recipes.judged_words import NAMES, WAYS
from synthesis.recovering import OVERALL, RECIPE, RECOVERED, UNCHANGED, Recovery, Way, measured

CALLED = {OVERALL: "mean of the seven"} | {name: str(words).lower() for name, words in NAMES.items()}


class Command(BaseCommand):
    help = (
        "Make judged replies with both comparisons, and print what criticism does to those that scored low, by a rater who "
        "took no part: against the same replies plainly written again, and rated once more without a change. Needs no "
        "worker. With --run it only prints, of a run that was made so."
    )

    def add_arguments(self, parser):
        parser.add_argument("--run", metavar="RUN", help="measure what this run made; nothing is planned")
        driving_here.add_arguments(parser, clients="so many messages, drawn by the seed")

    def handle(self, **options):
        run = named(options["run"]) if options["run"] else self._made(options)
        if run.recipe != RECIPE:
            raise CommandError(f"Run {run.serial} made no judged replies.", returncode=2)
        found = measured(run)
        if options["run"] and not found.compared:
            raise CommandError(
                f"Run {run.serial} has no reply that was made with the comparisons (controls=yes).",
                returncode=2,
            )
        self.stdout.write(json.dumps(_as_data(run, found)) if options["json"] else _told(run, found))
        for sentence in _cautions(found):
            self.stderr.write(sentence)
        driving_here.require_whole(run)

    def _made(self, options) -> Run:
        run = driving_here.planned(RECIPE, options, parameters={"controls": "yes"})
        then = "`{resume}` goes on; then `measure_recovery --run {run}`."
        driving_here.drive_here(run, said=self.stderr.write, then=then)
        return run


def _cautions(found: Recovery) -> list[str]:
    said = [] if found.is_apart else [
        "The rater is the same model as the judge: it took no part, but may share its taste. On the settings page the role "
        "“rater” can have another model."
    ]  # fmt: skip
    said.append(
        "Intervals are at 95 %, over messages, with this rater and these models; they are not adjusted for how many there "
        "are. Whether readers agree is for them to say: put the run before them."
    )
    return said


def _as_data(run: Run, found: Recovery) -> dict:
    return {
        "run": str(run.public_id),
        "states": found.states,
        "compared": found.compared,
        "worked_on": found.worked_on,
        "rater_is_another_model": found.is_apart,
        "first": found.first,
        "by_rater": {name: asdict(way) for name, way in found.by_rater.items()},
        "by_judge": {name: asdict(way) for name, way in found.by_judge.items()},
    }


def _told(run: Run, found: Recovery) -> str:
    n = f"{found.worked_on} of {found.compared} replies were worked on; {found.states['failed']} failed."
    lines = [f"{choice_words.recipe(run.recipe)}, run {run.serial}: what criticism does to low replies", n]
    if found.worked_on:
        rater, judge = found.by_rater, found.by_judge
        lines += ["", "By a rater who took no part", *aligned(_rows(rater, found.first["rater"], CALLED))]
        lines += [
            "",
            "By the judge of the loop, who chose what to work on and what to take: no measure of it. What it gains without "
            "a change is chance.",
            *aligned(_rows(judge, found.first["judge"], {OVERALL: CALLED[OVERALL]})),
        ]
    return "\n".join(lines)


def _rows(ways: dict[str, Way], first: dict, called: dict[str, str]) -> list[list[str]]:
    """A column for each way; under each mean its difference to the first reply, and to no change."""
    rows = [["", "first reply", *(str(WAYS[name]) for name in ways)]]
    for measure, words in called.items():
        rows.append(
            [words, figure(first[measure], 2), *(figure(way.means[measure], 2) for way in ways.values())]
        )
        rows.append(["  change to the first", "", *(apart(way.changes[measure], 2) for way in ways.values())])
        rows.append(["  against no change", "", *_against(ways, measure)])
        if measure == OVERALL:
            rows.append(["mean above 3", "", *(f"{way.recovered} of {way.n}" for way in ways.values())])
            rows.append(["  share against no change", "", *_against(ways, RECOVERED)])
    return rows


def _against(ways: dict[str, Way], measure: str) -> list[str]:
    return ["" if name == UNCHANGED else apart(way.against[measure], 2) for name, way in ways.items()]
