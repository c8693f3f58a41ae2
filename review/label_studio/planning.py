"""The projects a round needs: one per seat and form, with the screen built from the round's versions."""

import secrets

from guidelines import briefing
from review.label_studio import connecting, speaking
from review.label_studio.client import config_hash
from review.label_studio.screens import build
from review.models import Reading, Round, Seat, SeatProject, Server
from synthesis.factors import LANGUAGES


def choices_of(round: Round) -> dict:
    """What every screen of a round offers: {"recipe", "pairs": [...], "dimensions": [...]}."""
    return {
        "recipe": round.screen,
        "pairs": briefing.choices(round.pairs_version),
        "dimensions": briefing.dimensions(round.rubric_version),
    }


def plan_projects(
    round: Round, seats: dict[tuple[int, str], Seat], *, server: Server | None = None
) -> list[SeatProject]:
    """`seats`: {(seat id, form): seat} of all readings. A model rater reads no screen and gets no project. A round is on
    one server: `server` says on which when it is made.
    """
    server = server or connecting.of_round(round)
    found = _languages(seats)
    screens: dict[tuple, str] = {}
    projects = []
    for (seat_id, form), seat in sorted(seats.items()):
        if not seat.rater.user_id:
            continue
        languages = found[seat_id, form]
        language = next(iter(languages)) if len(languages) == 1 else LANGUAGES[0]
        bilingual = languages != {LANGUAGES[0]} and _carries_translations(seat_id, form)
        if (form, language, bilingual) not in screens:
            offered = speaking.translated(choices_of(round), round, language)
            screens[form, language, bilingual] = build.build(form, bilingual=bilingual, **offered)
        config = screens[form, language, bilingual]
        projects.append(
            SeatProject(
                seat=seat,
                form=form,
                server=server,
                mark=secrets.token_hex(8),
                config=config,
                config_hash=config_hash(config),
            )
        )
    return SeatProject.objects.bulk_create(projects)


def _languages(seats) -> dict[tuple[int, str], set[str]]:
    """{(seat id, form): the languages of her sessions}; one query."""
    readings = Reading.objects.filter(seat__in={seat for seat, _form in seats})
    found: dict[tuple[int, str], set[str]] = {}
    rows = readings.order_by().values_list("seat", "item__arm", "item__instance__factors__language")
    for seat, form, language in rows.distinct():
        found.setdefault((seat, form), set()).add(language or LANGUAGES[0])
    return found


def _carries_translations(seat_id: int, form: str) -> bool:
    """Whether any of these sessions does. It reads them whole, so it is asked of foreign languages only."""
    readings = Reading.objects.filter(seat=seat_id, item__arm=form)
    return readings.filter(item__instance__content__has_key="translation").exists()
