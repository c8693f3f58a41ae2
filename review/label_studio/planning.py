"""The projects a round needs: one per seat and form, with the screen built from the round's versions."""

import secrets

from guidelines import briefing
from review.label_studio import connecting
from review.label_studio.client import config_hash
from review.label_studio.screens import build
from review.models import Round, Seat, SeatProject, Server


def choices_of(round: Round) -> dict[str, list[dict]]:
    """What every screen of a round offers: {"pairs": [...], "dimensions": [...]}."""
    return {
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
    offered = choices_of(round)
    configs = {form: build.build(form, **offered) for form in sorted({form for _, form in seats})}
    projects = [
        SeatProject(
            seat=seat,
            form=form,
            server=server,
            mark=secrets.token_hex(8),
            config=configs[form],
            config_hash=config_hash(configs[form]),
        )  # fmt: skip
        for (_, form), seat in sorted(seats.items())
        if seat.rater.user_id
    ]
    return SeatProject.objects.bulk_create(projects)
