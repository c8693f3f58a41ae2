"""What a plan comes to before it is planned: how many sessions, what they cost, how long they take."""

from itertools import islice, product

from synthesis import cast, choosing, estimating, planning, spending
from synthesis.choosing import NotPlanned
from synthesis.estimating import Estimate
from synthesis.recipes.cell import Recipe

MOST_LOOKED_AT = 2_000  # ways of crossing the levels; few of them cost another number of calls


def counted(*, recipe: str, concurrency: int, parameters: dict, factors: dict | None = None,
            budget: dict | None = None, seed: int = 0, **grid) -> Estimate:  # fmt: skip
    """`grid`: version, profiles, pairs, samples and limit, as planning.plan takes them. Raises NotPlanned and
    faults.NoEndpoint where plan would, for the same reason.
    """
    found = planning.count(recipe=recipe, parameters=parameters, factors=factors, **grid)
    how = choosing.chosen_recipe(recipe)
    parameters, factors = choosing.chosen_levels(how, parameters, factors or {})
    specs = cast.specs(how.roles_for(parameters, factors), sampling=how.sampling)
    profiles = choosing.chosen_profiles(grid.get("profiles", "all"), kind=how.profile_kind)
    planning.refuse_leaving(profiles, specs)
    try:
        spending.checked(budget or {}, specs)
    except spending.NotABudget as refusal:
        raise NotPlanned(str(refusal)) from None
    levels = {name: [value] for name, value in parameters.items()} | factors
    played = _played(how, levels)
    return estimating.estimate(
        recipe=recipe,
        declared=_declared(how, levels, {role: spec["model"] for role, spec in specs.items()}),
        specs={role: spec for role, spec in specs.items() if role in played},
        settings=levels,
        sessions=found.planned,
        concurrency=concurrency,
    )


def _declared(how: Recipe, levels: dict[str, list[str]], models: dict[str, str]) -> tuple[int, int]:
    """What the recipe says that one cell costs, in calls: the least and the most of all crossed levels."""
    names = list(levels)
    costs = [
        how.calls_by(dict(zip(names, chosen, strict=True)), models)
        for chosen in islice(product(*(dict.fromkeys(levels[name]) for name in names)), MOST_LOOKED_AT)
    ]
    return min(least for least, _most in costs), max(most for _least, most in costs)


def _played(how: Recipe, levels: dict[str, list[str]]) -> set[str]:
    """The roles that at least one session of the plan needs."""
    first = {name: chosen[0] for name, chosen in levels.items()}
    ways = [first, *({**first, name: level} for name, chosen in levels.items() for level in chosen)]
    return {role for way in ways for role in how.uses(way, False).roles}
