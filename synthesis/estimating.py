"""What a run would cost and how long it would take, judged by the stored replies of the same models in the same roles.

Nothing is made up: where no such reply is stored, or no price is known, the estimate says so in words.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from statistics import quantiles

from django.utils.translation import gettext as _

from synthesis import choice_words
from synthesis.models import Call, Endpoint, Instance, InstanceState, Run

MOST_RUNS, MOST_SESSIONS = 20, 60
# With so many sessions of quite the same settings, those of other settings are left out.
ENOUGH_ALIKE = 5
BATCH = 500
_MEASURES = ("calls", "tokens_in", "tokens_out", "seconds")


@dataclass(frozen=True)
class Spread:
    """Quartiles: half of the sessions lay between `low` and `high`."""

    low: float
    middle: float
    high: float

    def __add__(self, other: "Spread") -> "Spread":
        return Spread(self.low + other.low, self.middle + other.middle, self.high + other.high)

    def __mul__(self, by: float) -> "Spread":
        return Spread(self.low * by, self.middle * by, self.high * by)

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        if len(values) == 1:
            return cls(*values * 3)
        return cls(*quantiles(values, n=4, method="inclusive"))


@dataclass(frozen=True)
class RoleTook:
    """What one role took in one session; `sessions` is how many were looked at, 0 where there is none."""

    role: str
    endpoint: str
    model: str
    sessions: int = 0
    calls: Spread | None = None
    tokens_in: Spread | None = None
    tokens_out: Spread | None = None
    seconds: Spread | None = None
    price: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        return choice_words.role(self.role)

    @property
    def money(self) -> Spread | None:
        """Per session, in the currency of `price`."""
        told, paid = (self.tokens_in, self.tokens_out), (self.price.get("in"), self.price.get("out"))
        if None in told or None in paid:
            return None
        return (self.tokens_in * float(paid[0]) + self.tokens_out * float(paid[1])) * 1e-6


@dataclass(frozen=True)
class Estimate:
    """For all sessions of a plan. What is not known is None, and `unknown` says why."""

    sessions: int
    roles: list[RoleTook]
    calls: Spread | None
    tokens: Spread | None
    seconds: Spread | None
    money: dict[str, Spread] | None
    unknown: list[str]
    alike: bool
    looked_at: int


def estimate(
    *, recipe: str, specs: dict[str, dict], settings: dict, sessions: int, concurrency: int,
    declared: tuple[int, int] | None = None,
) -> Estimate:  # fmt: skip
    """`specs`: {role: {endpoint, model, …}}; `settings` {name: choices that the plan makes}, of factors and parameters;
    `declared`: calls of one session, at least and at most, as its recipe says, which is told where no session is stored.
    """
    prices = dict(Endpoint.objects.values_list("name", "price"))
    sample, alike = _alike(list(_sessions(recipe, specs)), settings)
    calls = _calls(sample)
    roles = [_took(role, spec, sample, calls, prices) for role, spec in specs.items()]
    known = all(took.sessions for took in roles)
    in_a_row = max(1.0, sessions / concurrency)
    total = {name: _sum(getattr(took, name) for took in roles) if known else None for name in _MEASURES}
    tokens = _sum([total["tokens_in"], total["tokens_out"]])
    return Estimate(
        sessions=sessions,
        roles=roles,
        calls=_times(total["calls"] or (declared and _between(*declared)), sessions),
        tokens=_times(tokens, sessions),
        seconds=_times(total["seconds"], in_a_row),
        money=_money(roles, sessions) if known else None,
        unknown=_unknown(roles),
        alike=alike,
        looked_at=len(sample),
    )


@dataclass(frozen=True)
class _Session:
    specs: dict
    trace: list[str]
    factors: dict


def _sessions(recipe: str, specs: dict):
    """Made sessions of the newest runs in which at least one role was played by the same model."""
    runs = Run.objects.filter(recipe=recipe).order_by("-serial").only("model_specs")
    alike = (
        run for run in runs[: MOST_RUNS * 5] if any(_same(run.model_specs, specs, role) for role in specs)
    )
    left = MOST_SESSIONS
    for run in islice(alike, MOST_RUNS):
        made = Instance.objects.filter(run=run, state=InstanceState.MADE).order_by("-made_at")
        found = list(made.values_list("trace", "factors")[:left])
        yield from (_Session(run.model_specs, trace, factors) for trace, factors in found if trace)
        left -= len(found)
        if left <= 0:
            return


def _same(one: dict, other: dict, role: str) -> bool:
    a, b = one.get(role), other.get(role)
    return bool(a and b) and (a["endpoint"], a["model"]) == (b["endpoint"], b["model"])


def _alike(found: list[_Session], settings: dict) -> tuple[list[_Session], bool]:
    """Those of the settings that are planned, if they are enough; else all."""
    same = [
        one
        for one in found
        if all(one.factors.get(name) in wanted for name, wanted in settings.items() if name in one.factors)
    ]
    return (same, True) if len(same) >= min(ENOUGH_ALIKE, len(found)) else (found, False)


def _calls(sample: list[_Session]) -> dict[str, tuple]:
    keys = list({key for session in sample for key in session.trace})
    found = {}
    for start in range(0, len(keys), BATCH):
        rows = Call.objects.filter(key__in=keys[start : start + BATCH])
        wanted = ("key", "role", "endpoint", "model", "tokens_in", "tokens_out", "latency_ms")
        found |= {key: rest for key, *rest in rows.values_list(*wanted)}
    return found


def _took(role: str, spec: dict, sample: list[_Session], calls: dict, prices: dict) -> RoleTook:
    who = {"role": role, "endpoint": spec["endpoint"], "model": spec["model"]}
    price = prices.get(spec["endpoint"]) or {}
    told = defaultdict(list)
    for session in sample:
        if not _same(session.specs, {role: spec}, role):
            continue
        own = [calls[key] for key in session.trace if key in calls and calls[key][0] == role]
        told["calls"].append(len(own))
        told["seconds"].append(sum(ms for *_rest, ms in own) / 1000)
        # An endpoint that does not tell how many tokens it took is believed to have taken an unknown number.
        for name, place in (("tokens_in", 3), ("tokens_out", 4)):
            numbers = [call[place] for call in own]
            told[name].append(None if None in numbers else sum(numbers))
    if not told:
        return RoleTook(**who, price=price)
    spreads = {name: None if None in values else Spread.of(values) for name, values in told.items()}
    return RoleTook(**who, sessions=len(told["calls"]), price=price, **spreads)


def _sum(spreads) -> Spread | None:
    total = Spread(0, 0, 0)
    for spread in spreads:
        if spread is None:
            return None
        total += spread
    return total


def _between(least: int, most: int) -> Spread:
    return Spread(least, (least + most) / 2, most)


def _times(spread: Spread | None, by: float) -> Spread | None:
    return None if spread is None else spread * by


def _money(roles: list[RoleTook], sessions: int) -> dict[str, Spread] | None:
    total: dict[str, Spread] = {}
    for took in roles:
        if took.money is None:
            return None
        currency = took.price.get("currency", "")
        total[currency] = total.get(currency, Spread(0, 0, 0)) + took.money * sessions
    return total


def _unknown(roles: list[RoleTook]) -> list[str]:
    said = []
    for model, names in _by_model(took for took in roles if not took.sessions).items():
        said.append(
            _("No session is stored in which “%(model)s” played %(roles)s: a preview tells what one takes.")
            % {"model": model, "roles": ", ".join(names)}
        )
    for endpoint in dict.fromkeys(took.endpoint for took in roles if not _priced(took)):
        said.append(_("What “%s” asks per token is not known here, so the cost cannot be told.") % endpoint)
    silent = dict.fromkeys(took.endpoint for took in roles if took.sessions and took.tokens_in is None)
    said += [_("“%s” does not tell how many tokens a reply took.") % endpoint for endpoint in silent]
    return said


def _priced(took: RoleTook) -> bool:
    return None not in (took.price.get("in"), took.price.get("out"))


def _by_model(roles) -> dict[str, list[str]]:
    found = defaultdict(list)
    for took in roles:
        found[took.model].append(took.name)
    return found
