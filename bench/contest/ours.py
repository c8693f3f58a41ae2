"""Ours: the engine itself on a recipe that only asks for turns, planned over the shipped guideline and clients.

A work is told in two steps, as there are two commands: `plan` writes its instances as rows, `drive` makes them, in as
many processes at once as are told to. Every reply is committed before its session goes on.
"""

import os

from bench.contest.contender import compete
from bench.contest.work import MODEL, Work, prompt


def load(work: Work):
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.base", "ONE_WAY_MIRROR_HOME": work.folder,
        "DATABASE_URL": work.more["database"], "OPENAI_BASE_URL": work.url, "OPENAI_MODEL": MODEL,
        "OPENAI_API_KEY": "none",
    }  # fmt: skip
    import django
    from django.conf import settings

    if not work.more.get("maps", True):
        settings.DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA mmap_size=0;"
    django.setup()
    from django.core.management import call_command

    if work.more.get("new"):
        call_command("migrate", verbosity=0, skip_checks=True)
        call_command("load_guideline", "shipped", verbosity=0)
        call_command("load_profiles", "shipped", verbosity=0)
        call_command("load_profiles", "shipped-intakes", verbosity=0)
    return _doing()


def _doing():
    import openai  # noqa: F401  (the app imports it when it first asks; others import theirs before)
    from pydantic import BaseModel

    from guidelines import naming
    from synthesis import choosing, planning, running
    from synthesis.models import Run
    from synthesis.recipes import RECIPES
    from synthesis.recipes.cell import Cell, Recipe, Uses
    from synthesis.recipes.declaring import Words
    from synthesis.shapes.dialogue import Turn

    class Session(BaseModel):
        session: str
        said: list[str]

    async def make(cell: Cell, ask) -> Session:
        session, said = cell.name[:16], []
        for turn in range(int(cell.parameters["turns"])):
            content = prompt(session, said)
            answer = await ask("client", f"turn {turn}", [{"role": "user", "content": content}], Turn)
            said.append(answer.text)
        return Session(session=session, said=said)

    RECIPES["bench"] = Recipe(
        called=Words("Talk of the benchmark", "So many turns, each asked for after the one before."),
        make=make,
        roles=("client",),
        sees={"client": frozenset()},
        sampling={"client": {"temperature": 0.7}},
        prompts=("schema",),
        # `series` makes a cell of its own of what was made before: nothing is answered from the store.
        parameters={name: tuple(map(str, range(1000))) for name in ("turns", "series")},
        texts=lambda content: content["said"],
        uses=lambda factors, positive: Uses(frozenset({"schema"}), frozenset({"client"})),
        calls=lambda levels: (int(levels["turns"]), int(levels["turns"])),
    )

    def do(work: Work) -> dict:
        if work.more["step"] == "plan" and work.exchanges:
            # A model of its own makes new calls of cells that were made before.
            planning.plan(
                recipe="technique_session", samples=work.sessions, limit=work.sessions,
                concurrency=max(1, work.concurrency // work.more["workers"]),
                parameters={"exchanges": str(work.exchanges)}, model=f"{MODEL}-{work.more['series']}",
            )  # fmt: skip
            return {}
        if work.more["step"] == "plan":
            version = naming.find("novice-mistakes")
            grid = choosing.count_of_profiles() * len(choosing.pairs_of(version))
            planning.plan(
                recipe="bench", version=version, profiles="all", pairs="all",
                samples=-(-work.sessions // grid), limit=work.sessions,
                concurrency=max(1, work.concurrency // work.more["workers"]),
                parameters={"turns": str(work.turns), "series": str(work.more["series"])},
            )  # fmt: skip
            return {}
        tally = running.drive(Run.objects.latest("serial")).tally
        return {"made": tally.made, "calls": tally.calls, "replayed": tally.replayed}

    return do


if __name__ == "__main__":
    compete(load)
