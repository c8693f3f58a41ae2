"""The projects a round needs: one per seat and form, with the screen built from the round's versions."""

from guidelines import briefing
from review.label_studio.client import config_hash
from review.label_studio.screens import build
from review.models import Round, Seat, SeatProject


def choices_of(round: Round) -> dict[str, list[dict]]:
    """What every screen of a round offers: {"pairs": [...], "dimensions": [...]}."""
    return {
        "pairs": briefing.choices(round.pairs_version),
        "dimensions": briefing.dimensions(round.rubric_version),
    }


def plan_projects(round: Round, seats: dict[tuple[int, str], Seat]) -> list[SeatProject]:
    """`seats`: {(seat id, form): seat} of all readings. A model rater reads no screen and gets no project."""
    offered = choices_of(round)
    configs = {form: build.build(form, **offered) for form in sorted({form for _, form in seats})}
    projects = [
        SeatProject(seat=seat, form=form, config=configs[form], config_hash=config_hash(configs[form]))
        for (_, form), seat in sorted(seats.items())
        if seat.rater.user_id
    ]
    return SeatProject.objects.bulk_create(projects)
