"""The lead's rounds as JSON: the same verbs and the same permissions as the pages."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts import asking, roles
from review import access, reports, tasks
from review.agreeing.figures import told
from review.agreeing.looking import figures
from review.models import Round

PAGE = 100


def _head(round: Round) -> dict:
    return {
        "round": str(round.public_id),
        "serial": round.serial,
        "name": round.name,
        "state": round.state,
        "rehearsal": round.rehearsal,
        "overlap": round.overlap,
        "rule": {
            "verdict": round.verdict_rule,
            "marks_within_turns": round.marks_within,
            "levels_within": round.levels_within,
        },
        "pairs_version": str(round.pairs_version),
        "rubric_version": str(round.rubric_version),
    }


def _agreement(round: Round) -> dict:
    known, waits, _newer = figures(round, tasks.wake_agreeing)
    if known is None:
        return {"agreement": None, "agreement_computed": None}
    computed = {"at": known.at, "judgements": known.judgements, "is_current": not waits}
    return {"agreement": told(round, known.part("whole")), "agreement_computed": computed}


@extend_schema(operation_id="rounds_list", responses={200: dict})
@api_view(["GET"])
def rounds(request):
    """Rounds, the latest first; `?before=SERIAL` goes on."""
    roles.require(access.may_run_rounds(request.user))
    found = Round.objects.select_related("pairs_version__guideline", "rubric_version__guideline")
    before = asking.number(request, "before")
    if before is not None:
        found = found.filter(serial__lt=before)
    return Response({"rounds": [_head(round) for round in found[:PAGE]]})


@extend_schema(operation_id="round", responses={200: dict})
@api_view(["GET"])
def round(request, public_id):
    """One round: items by standing, progress per seat, agreement. A lead who judges in it sees her own seat
    only. `agreement_computed`: when, and whether anything was decided since; null while it is computed for the first time.
    """
    roles.require(access.may_run_rounds(request.user))
    found = Round.objects.select_related("pairs_version__guideline", "rubric_version__guideline")
    found = found.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    own = access.own_seat_only(request.user, found)
    seats = [seat for seat in reports.progress(found) if own is None or seat.pk == own.pk]
    body = _head(found) | {
        "seats": [
            {"seat": str(s.public_id), "total": s.total, "sent": s.sent, "judged": s.judged} for s in seats
        ]
    }
    if own is None:
        body |= {"items": reports.standing_counts(found), **_agreement(found)}
    return Response(body)
