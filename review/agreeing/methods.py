"""The paragraph for a paper, written from the JSON of a round and from nothing else: it can hold no other number. Pure."""

from review.agreeing.leaving import ARMS, REFERENCES


def paragraph(found: dict) -> list[str]:
    """Sentences in English, from review.agreeing.leaving.document."""
    arms = found["agreement"]
    if not arms:
        return []
    told = [_design(found), *(_arm(arm, questions) for arm, questions in arms.items())]
    told += [_intervals(found), _rates(found), _anchoring(found["anchoring"]), _anchored(found["anchored"])]
    told += [
        _manifestation(found["manifestation"]),
        _marks(found["marks"]),
        _edits(found["edits"]),
        _compared(found["compared"]),
        _with_oneself(found),
        _limits(found),
    ]
    return [one for one in told if one]


def _design(found: dict) -> str:
    about, first = found["round"], next(iter(found["agreement"].values()))
    most = max(first.values(), key=lambda one: one["n_items"])
    said = (
        f"In the round “{about['name']}” sessions were judged under {about['guideline']} and {about['rubric']}, each "
        f"by {about['readers_per_session']} reviewers where it was read by several "
        f"({about['doubly_read_percent']:g} % of sessions). Reviewers were blind to one another, to the model, the prompt "
        f"and the mistake that a session was made to show. {found['computed']['judgements']} judgements count here"
    )  # fmt: skip
    said += f", of {most['n_raters']} reviewers." if len(found["agreement"]) == 1 else "."
    if about["unaided_percent"] and len(found["agreement"]) > 1:
        said += (
            f" A random {about['unaided_percent']:g} % of sessions was planned to be read without the draft; readings with "
            "and without it are never pooled."
        )  # fmt: skip
    for one in about["extensions"]:
        said += (
            f" After planning, the round was extended: a second reader was given to {one['sessions']} more of the sessions "
            f"that nobody had judged, drawn at random; {one['judged_by_then']} of all readings had been judged by then."
        )
    if about["interim"]:
        said += " The round is still open, so these figures are interim."
    if about["rehearsal"]:
        said += " Readers were simulated: the figures say nothing about people."
    return said


def _arm(arm: str, questions: dict) -> str:
    said = "; ".join(_question(figures) for figures in questions.values())
    return f"Sessions {ARMS[arm]}: {said}."


def _question(figures: dict) -> str:
    ac = "AC1" if figures["scale"] == "nominal" else "AC2"
    return (
        f"{figures['title']} ({figures['scale']}; {figures['n_items']} sessions of {figures['n_clusters']} clients, "
        f"{figures['n_paired']} of them read by two or more and of {figures['n_paired_clusters']} clients, "
        f"{figures['n_ratings']} ratings by {figures['n_raters']} reviewers, "
        f"{100 * figures['missing_share']:.0f} % missing): {_prevalence(figures)}same answer in "
        f"{_share(figures['percent_agreement'])}, Krippendorff's α {_value(figures['krippendorff_alpha'])}, "
        f"{ac} {_value(figures['gwet_ac'])}{_icc(figures)}"
    )


def _icc(figures: dict) -> str:
    """Of what is rated in numbers: whether another reviewer's single score could take this one's place."""
    effects = figures["random_effects"]
    if not effects:
        return ""
    one = effects["icc"]["ICC(A,1)"]
    if one["estimate"] is None:
        return ", ICC(A,1) undefined"
    ends = one["ci_analytic"] and [one["ci_analytic"]["low"], one["ci_analytic"]["high"]]
    return (
        f", ICC(A,1) (absolute agreement of single ratings, random effects) {one['estimate']:.2f} over sessions and "
        f"reviewers{_between(ends)}"
    )


def _prevalence(figures: dict) -> str:
    if not figures["prevalence"]:
        return ""
    level, share = max(figures["prevalence"], key=lambda one: one[1])
    name = level if isinstance(level, str) else f"{level:g}"
    return f"most frequent answer “{name}”, {100 * share:.0f} %; "


def _value(one: dict) -> str:
    if one["estimate"] is None:
        return f"undefined ({one['note']})"
    return f"{one['estimate']:.2f}{_between(one['ci'])}"


def _share(one: dict) -> str:
    if one["estimate"] is None:
        return "no pair of readings"
    ci = one["ci"] and [f"{100 * bound:.0f}" for bound in one["ci"]]
    return f"{100 * one['estimate']:.0f} %" + (f" [{ci[0]}, {ci[1]}]" if ci else "")


def _between(ci) -> str:
    return f" [{ci[0]:.2f}, {ci[1]:.2f}]" if ci else " (no interval)"


def _intervals(found: dict) -> str:
    methods: list[str] = []
    for questions in found["agreement"].values():
        for figures in questions.values():
            methods += [said for said in _methods(figures) if said not in methods]
    for one in found["marks"]["turns"].values():
        methods += [said for said in _of_marks(one) if said not in methods]
    if not methods:
        return ""
    said = f"Brackets are {found['confidence_percent']} % intervals. Computed were: {'. '.join(methods)}."
    if found["round"]["weighed_by_inclusion"]:
        said += " Sessions had unequal chances to be chosen; each counts for one over its chance."
    return said + f" Sources: {'; '.join(REFERENCES.values())}."


def _methods(figures: dict) -> list[str]:
    """How what is told of a question was computed."""
    both = [figures["krippendorff_alpha"], figures["gwet_ac"]]
    told = [said for one in both if one["estimate"] is not None for said in one["method"].split("; ")]
    if effects := figures["random_effects"]:
        one = effects["icc"]["ICC(A,1)"]
        if one["estimate"] is not None:
            told.append(one["method"].split("; ")[0])
        if one["ci_analytic"]:
            told.append(f"Its interval: {one['ci_analytic']['name']}")
    return told


def _of_marks(one: dict) -> list[str]:
    both = [one["f1_exact"], one["f1_overlap"], one["any"]["krippendorff_alpha"]]
    return [said for one in both if one["estimate"] is not None for said in one["method"].split("; ")]


def _rates(found: dict) -> str:
    rates, said = found["rates"], []
    for one in rates["verdicts"]:
        told = ", ".join(f"{verb} {_rate(one[key])}" for key, verb in
                         (("accept", "accepted"), ("edit", "edited"), ("reject", "rejected")))  # fmt: skip
        said.append(f"Of {one['n']} judgements with the draft it was {told}.")
    for arm, parts in rates["seconds"].items():
        for one in parts:
            low, middle, high = one["quartiles"]
            said.append(
                f"A judgement of sessions {ARMS[arm]} took a median of {middle:.0f} s (quartiles {low:.0f} "
                f"and {high:.0f} s, n = {one['n']})."
            )  # fmt: skip
    if found["rates"]["verdicts"] or found["rates"]["seconds"]:
        said.append(_shares(found["shares_are_made_by"]))
    return " ".join(said)


def _shares(made: dict) -> str:
    return (
        f"Shares of judgements: {made['interval']}. Where the sessions of several mistakes, recipes, models or reviewers "
        f"stand in one list, it is ordered by the share {made['shrunken']}; one is said to stand out by a "
        f"{made['stands_out']}. Times: {made['seconds']}."
    )


def _rate(share: dict) -> str:
    ci = share["ci"] and [f"{100 * bound:.0f}" for bound in share["ci"]]
    return f"in {100 * share['share']:.0f} %" + (f" [{ci[0]}, {ci[1]}]" if ci else "")


def _anchoring(effect: dict | None) -> str:
    if not effect:
        return ""
    return (
        f"A mistake was found in {100 * effect['aided']:.0f} % of {effect['n_aided']} sessions read with the draft and in "
        f"{100 * effect['unaided']:.0f} % of {effect['n_unaided']} read without it: an anchoring effect of "
        f"{effect['difference']:.2f}{_between(effect['ci'])}."
    )


def _anchored(found: dict) -> str:
    """What the draft does to marks and to agreement; of agreement alpha alone."""
    called = {
        "mistakes_named": "the number of different mistakes that a reader names",
        "turns_marked": "the share of the counsellor's turns that a reader marks",
        "f1_turns": "F1 of the turns that two readers mark",
    }
    told = [(called[one["statistic"]], one) for one in found["marks"]]
    told += [
        (f"α of {one['question']}", one)
        for one in found["agreement"]
        if one["statistic"] == "krippendorff_alpha"
    ]
    said = "; ".join(
        f"{name} {one['estimate']:.2f}{_between(one['ci'])}"
        for name, one in told
        if one["estimate"] is not None
    )
    return f"With the draft minus without it: {said}." if said else ""


def _manifestation(found: dict) -> str:
    if not found["n_sessions"] or found["rate"]["estimate"] is None:
        return ""
    return (
        f"Of {found['n_sessions']} sessions read without the draft that were made to show a mistake, readers named it in "
        f"{_share(found['rate'])} (mean over sessions)."
    )


def _marks(marks: dict) -> str:
    """Where, not only whether."""
    what = "mistakes" if marks["of"] == "mistakes" else "what decides a rating"
    told = [
        f"In {one['n_sessions']} sessions {ARMS[arm]} by two or more, F1 of {what} marked was {_value(one['f1_exact'])} "
        f"for the same turns, {_value(one['f1_overlap'])} for a turn in common; of the sets of what was named, wherever it "
        f"stood, α with MASI distance was {_value(one['sets']['krippendorff_alpha_masi'])}; over "
        f"{one['any']['n_items']} turns α of marked or not was {_value(one['any']['krippendorff_alpha'])}."
        for arm, one in marks["turns"].items()
        if one["n_sessions"]
    ]  # fmt: skip
    for arm, words in marks["words"].items():
        told.append(
            f"Raters of {words['n_sessions']} replies {ARMS[arm]} chose {words['n_selections']} stretches of words: F1 "
            f"{_value(words['f1_exact'])} for the same words, {_value(words['f1_overlap'])} where they overlap, alpha for "
            f"unitizing {_value(words['alpha_u'])}{_gamma(marks['gamma'].get(arm))}."
        )
    return " ".join(told)


def _edits(found: dict | None) -> str:
    if not found:
        return ""
    said = f"The draft and an edit of it were alike word by word to {_share(found['draft_to_edit'])}"
    said += f" ({found['n_edits']} edits)"
    if twice := found["n_items_edited_twice"]:
        said += f", two edits of one session to {_share(found['between_edits'])} ({twice} sessions)"
    return f"{said}; guessing is not taken out of this, and two different right edits are no dispute."


def _compared(found: dict) -> str:
    """Of two texts."""
    told = [
        f"{question}: {_share(one['agreement_ties_half'])} with ties agreeing by half, "
        f"{_share(one['agreement_without_ties'])} where both decide, α with a tie halfway "
        f"{_value(one['krippendorff_alpha'])}, ties {_share(one['tie_share'])}, the text shown first preferred in "
        f"{_share(one['first_place_share'])} ({one['n_items']} pairs, {one['n_ratings']} answers)"
        for question, one in found.items()
    ]
    return f"Of two texts readers agreed, {'; '.join(told)}." if told else ""


def _gamma(found: dict | None) -> str:
    if not found or found["gamma"]["estimate"] is None:
        return ""
    one = found["gamma"]
    return (
        f", gamma {one['estimate']:.2f} ({found['n_replies']} replies, seed {one['seed']}, precision "
        f"{100 * one['precision']:.0f} %)"
    )


def _with_oneself(found: dict) -> str:
    repeats = found["repeats"]
    if not repeats["judged"]:
        return ""
    said = f"{repeats['judged']} sessions were judged twice by the same reviewer"
    if repeats["days"] is not None:
        said += f", half of them {repeats['days']:.0f} days or more apart"
    told = [
        f"{figures['title']} α {_value(figures['krippendorff_alpha'])}"
        for questions in found["agreement_with_oneself"].values()
        for figures in questions.values()
    ]
    return f"{said}: {'; '.join(told)}."


def _limits(found: dict) -> str:
    n = found["left_out_as_informed"]
    if not n:
        return ""
    return f"{n} judgements made after their reviewer could see how a session of the round was resolved are not used."
