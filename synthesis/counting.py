"""What a plan comes to before it is planned: how many sessions, what they cost, how long they take."""

from synthesis import cast, choosing, estimating, planning, spending
from synthesis.choosing import NotPlanned
from synthesis.estimating import Estimate
from synthesis.recipes.cell import Recipe


def counted(*, recipe: str, concurrency: int, parameters: dict, factors: dict | None = None,
            budget: dict | None = None, seed: int = 0, **grid) -> Estimate:  # fmt: skip
    """`grid`: version, profiles, pairs, samples and limit, as planning.plan takes them. Raises NotPlanned and
    faults.NoEndpoint where plan would, for the same reason.
    """
    found = planning.count(recipe=recipe, parameters=parameters, factors=factors, **grid)
    how = choosing.chosen_recipe(recipe)
    parameters, factors = choosing.chosen_levels(how, parameters, factors or {})
    specs = cast.specs(how.roles)
    planning.refuse_leaving(choosing.chosen_profiles(grid["profiles"]), specs)
    try:
        spending.checked(budget or {}, specs)
    except spending.NotABudget as refusal:
        raise NotPlanned(str(refusal)) from None
    levels = {name: [value] for name, value in parameters.items()} | factors
    played = _played(how, levels)
    return estimating.estimate(
        recipe=recipe,
        specs={role: spec for role, spec in specs.items() if role in played},
        settings=levels,
        sessions=found.planned,
        concurrency=concurrency,
    )


def _played(how: Recipe, levels: dict[str, list[str]]) -> set[str]:
    """The roles that at least one session of the plan needs."""
    first = {name: chosen[0] for name, chosen in levels.items()}
    ways = [first, *({**first, name: level} for name, chosen in levels.items() for level in chosen)]
    return {role for way in ways for role in how.uses(way, False).roles}
