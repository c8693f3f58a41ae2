"""How far readers agree on where a mistake is, or on what decides a rating."""

from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import roles
from review import tasks
from review.agreeing import access, drawing, named, stretches, telling
from review.agreeing.figures import said
from review.agreeing.looking import chosen, context, looked, required
from review.marked import OTHER


def agreement_marks(request):
    look = looked(request, required(chosen(request)), tasks.wake_agreeing)
    roles.require(access.may_see_parts(request.user, look.round))
    more: dict = {"axis": drawing.axis(drawing.SHARE)}
    if look.kept:
        found = said(look.kept.part("marks"))
        turns = found["turns"].get(look.arm)
        more |= {
            "of": found["of"],
            "turns": turns,
            "labels": _labels(look, found["of"], turns["labels"]) if turns else [],
            "alarms": _alarms(look, turns["false_alarms"]) if turns else [],
            "words": _words(look, found["words"].get(look.arm)),
        }
    return render(request, "review/agreeing/marks.html", context(request, look, **more))


def _labels(look, of: str, labels: list[dict]) -> list[dict]:
    """Each with its `name`, the `url` of its sessions where there is one, and `few` where so few are not told."""
    known = named.by_key(look.round, [one["key"] for one in labels]) if of == "mistakes" else {}
    lines = []
    for one in labels:
        pair = known.get(one["key"])
        name = _dimension(look, one["key"]) if of == "evidence" else _("not in the guideline")
        url = ""
        if of == "mistakes" and (pair or one["key"] == OTHER):
            key = pair["pk"] if pair else ""
            url = telling.behind(look.round, arm=look.arm, cut="named", key=key)
        few = telling.hidden(look.round, one["n_sessions"])
        lines.append(one | {"name": pair["name"] if pair else name, "url": url, "few": few})
    return lines


def _alarms(look, found: dict) -> list[dict]:
    called = {
        "planned": _("made to show none (a prompt, not the truth)"),
        "settled": _("settled without one, read without the draft"),
    }
    return [
        one | {"name": called[name], "few": telling.hidden(look.round, one["n_sessions"])}
        for name, one in found.items()
    ]


def _words(look, found: dict | None) -> dict | None:
    """Agreement on the words of replies; `gamma`: what is known of it, `gamma_waits`: a worker is at it."""
    if found is None:
        return None
    by_label = found["alpha_u"]["by_label"]
    gamma = stretches.known(look.round, look.arm)
    waits = stretches.is_installed() and not (gamma and gamma["is_current"]) and tasks.wake_gamma(look.round)
    return found | {
        "by_dimension": [(_dimension(look, key), estimate) for key, estimate in by_label.items()],
        "gamma": gamma,
        "gamma_waits": waits,
        "gamma_installed": stretches.is_installed(),
        "gamma_most": stretches.MOST,
    }


def _dimension(look, key: str) -> str:
    return look.scales[key]["title"] if key in look.scales else key
