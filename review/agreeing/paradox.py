"""Where readers nearly always give the same answer and a chance-corrected coefficient is low all the same (Feinstein &
Cicchetti 1990): said in words, where it happens, beside the figures. Pure.
"""

from django.utils.translation import gettext as _

ALIKE, FREQUENT, LOW, APART = 0.8, 0.8, 0.667, 0.2


def is_paradox(figures: dict) -> bool:
    """Percent agreement is high, one answer dominates, and alpha stays low and far under it."""
    same, alpha = (figures[name]["estimate"] for name in ("percent_agreement", "krippendorff_alpha"))
    if same is None or not figures["prevalence"]:
        return False
    share = max(share for _level, share in figures["prevalence"])
    if same < ALIKE or share < FREQUENT:
        return False
    return alpha is None or (alpha < LOW and same - alpha >= APART)


def in_words(figures: dict, called) -> str:
    """Why, in words; empty where it is none. `called(level)`: the answer as people read it."""
    if not is_paradox(figures):
        return ""
    level, share = max(figures["prevalence"], key=lambda one: one[1])
    told = {
        "same": f"{100 * figures['percent_agreement']['estimate']:.0f}",
        "share": f"{100 * share:.0f}", "answer": called(level),
    }  # fmt: skip
    alpha, ac = figures["krippendorff_alpha"]["estimate"], figures["gwet_ac"]["estimate"]
    if alpha is None:
        return _(
            "All who read the same session gave the same answer, “%(answer)s”. Where there is no other answer, "
            "nothing shows whether they would agree on one: α is undefined, which is neither good nor bad."
        ) % told  # fmt: skip
    told |= {
        "alpha": f"{alpha:.2f}",
        "ac": "–" if ac is None else f"{ac:.2f}",
        "name": figures["gwet_ac"]["method"][:3],
    }
    return _(
        "Two readers of a session gave the same answer in %(same)s %% of cases, and yet α is %(alpha)s. Both are true: "
        "%(share)s %% of all answers are “%(answer)s”, so that two who guessed by these shares would nearly always agree "
        "too, and α counts only what is beyond that. It says that readers can hardly be told from guessing on the rare "
        "answers; %(name)s (%(ac)s) takes guessing to be rare. Read how they agree on each answer, and look at more "
        "sessions with the rare ones before anything is concluded."
    ) % told  # fmt: skip
