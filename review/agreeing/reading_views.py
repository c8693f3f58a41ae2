"""The disagreement browser: sessions behind a number, worst first, their readings side by side."""

from django.shortcuts import render

from accounts import asking, roles
from review import tasks
from review.agreeing import access, telling
from review.agreeing.behind import PAGE, Wanted, sessions
from review.agreeing.looking import address, chosen, context, looked, required
from review.agreeing.side_by_side import side_by_side


def agreement_sessions(request):
    """`cut` and `key`: one part; `question`: by whose answers; `one`, `other`: what two readers said; `everyone`: also
    sessions that one reader read; `after`: how many were seen.
    """
    look = looked(request, required(chosen(request)), tasks.wake_agreeing)
    may = access.may_see_readings(request.user, look.round)
    roles.require(access.may_see_parts(request.user, look.round))
    wanted = _wanted(request, look)
    more: dict = {"may": may, "wanted": wanted}
    if look.kept and look.arm and may:
        table = look.kept.table
        found, score = sessions(table, wanted)
        first = asking.number(request, "after") or 0
        pks = [int(pk) for pk in table.pk[found[first : first + PAGE]]]
        more |= {
            "total": len(found),
            "first": first,
            "rows": side_by_side(look.round, pks, score[first : first + PAGE].tolist(), request.user),
            "more_url": address(request) + f"&after={first + PAGE}" if first + PAGE < len(found) else "",
            "part": _part(look, wanted),
            "every_question": address(request, question=None, one=None, other=None),
        }
    return render(request, "review/agreeing/sessions.html", context(request, look, **more))


def _wanted(request, look) -> Wanted:
    asked = {
        name: asking.words(request, name) for name in ("question", "cut", "key", "one", "other", "everyone")
    }
    known = look.kept.asked.get(look.arm, ()) if look.kept else ()
    return Wanted(
        arm=look.arm,
        question=asked["question"] if asked["question"] in known else "",
        part=(asked["cut"], asked["key"]) if asked["cut"] in (*telling.CUT_TITLES, "readers") else None,
        answers=(asked["one"], asked["other"]) if asked["one"] and asked["other"] else None,
        everyone=bool(asked["everyone"]),
    )


def _part(look, wanted: Wanted) -> str:
    """What the part is called; empty for the whole round."""
    if wanted.part is None:
        return ""
    cut, key = wanted.part
    if cut in ("pair", "named") and key and not key.isdecimal():
        return ""
    parts = look.kept.part(cut)
    keys = [
        one["key"] for one in (parts.get(look.arm, []) if cut == "named" else _any(parts.get(look.arm, {})))
    ]
    if key not in keys:
        return ""
    calls, _about = telling.names_of(look, cut, [key])
    return calls(key)


def _any(questions: dict) -> list[dict]:
    return [one for parts in questions.values() for one in parts]
