"""Gamma (Mathet, Widlöcher & Métivier 2015): agreement on stretches and labels at once, after the best alignment of both.

It samples, and is slow: from seconds for some dozen selections to minutes for a thousand. `pygamma-agreement` computes
it; that needs cvxopt, which is under the GPL, so it is never imported here and no requirement of the app: where somebody
has installed it in an environment of its own (docs/agreement.md), GAMMA_PYTHON names its interpreter, a program to run.
"""

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from review.agreement.wording import say as _

PRECISION = 0.02  # of gamma, as a share of it, with 95 %
SECONDS = 1800
PROGRAM = Path(__file__).with_name("gamma_program.py")


def interpreter() -> str | None:
    return os.environ.get("GAMMA_PYTHON") or None


def gamma(
    units: Iterable[tuple[str, str, float, float]], *, seed: int = 0, precision: float = PRECISION,
    seconds: float = SECONDS, python: str | None = None,
) -> dict:  # fmt: skip
    """`units`: (rater, label, start, end) in one continuum. {estimate, ci, ci_analytic, method, note} and, where there is
    an estimate, "gamma_cat" (of labels alone), "samples", "seed", "precision". There is no interval over readers or
    sessions, and `note` says so. Undefined is None with the reason: not installed, one reader, nothing marked, too slow.
    """
    from review.agreement.means import plain  # it loads SciPy

    method = _("gamma (Mathet 2015), pygamma-agreement, seed {seed}, precision {precision:.0%}", seed=seed,
               precision=precision)  # fmt: skip
    python = python or interpreter()
    if python is None:
        why = _("not computed: gamma needs pygamma-agreement, which is not installed here")
        return plain(None, None, method, why)
    units = [[str(rater), str(label), float(start), float(end)] for rater, label, start, end in units]
    if len({rater for rater, *_rest in units}) < 2:
        return plain(None, None, method, _("undefined: gamma needs selections of two readers or more"))
    asked = json.dumps({"units": units, "seed": seed, "precision": precision})
    try:
        done = subprocess.run(
            [python, str(PROGRAM)], input=asked, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        why = _("not computed: it took longer than {seconds:.0f} seconds", seconds=seconds)
        return plain(None, None, method, why)
    except OSError as fault:
        return plain(None, None, method, _("not computed: {fault}", fault=fault))
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        return plain(None, None, method, _("not computed: {fault}", fault=last))
    # The solver writes lines of its own before.
    found = json.loads(done.stdout.strip().splitlines()[-1])
    note = _(
        "from {samples} sampled continua; no interval over sessions is made of it", samples=found["samples"]
    )
    more = {
        "gamma_cat": found["gamma_cat"],
        "samples": found["samples"],
        "seed": seed,
        "precision": precision,
    }
    return plain(found["gamma"], None, method, note) | more
