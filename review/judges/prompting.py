"""What a judge is told: the words that people have before them, the rubric and the guideline of the round, nothing else."""

from pathlib import Path
from string import Template

from review.label_studio.screens.build import level_alias, levels_of
from review.models import Arm
from synthesis import prompting

FOLDER = Path(__file__).parent / "prompts"
# Of what is asked again where an endpoint does not honour a schema.
SCHEMA = "schema"
NAMES = ("judge", *(f"judge_{arm}" for arm in Arm.values))


def shipped() -> dict[str, str]:
    own = {name: (FOLDER / f"{name}.md").read_text(encoding="utf-8").strip() + "\n" for name in NAMES}
    return own | prompting.shipped([SCHEMA])


def messages(
    prompts: dict[str, str], *, arm: str, judged: dict, pairs: list[dict], dimensions: list[dict]
) -> list[dict]:
    """`judged`: the words as they stand before a reader (review.judged.in_position). `pairs`: {"key", "name", "shows"}.
    Never the intended mistake, the model, the recipe's checks, or what anybody said.
    """
    fields = {
        "guideline": "\n".join(f"- {pair['key']}: {pair['name']}. {pair['shows']}" for pair in pairs),
        "rubric": "\n\n".join(map(_aspect, dimensions)),
        "transcript": "\n".join(
            f"{n}. {turn['speaker']}: {turn['text']}" for n, turn in enumerate(judged["dialogue"], start=1)
        ),
        "draft": judged.get("draft", ""),
        "reply": f"The reply to be rated:\n\n{judged['reply']}" if "reply" in judged else "",
        "first": judged.get("first", ""),
        "second": judged.get("second", ""),
    }
    asked = Template(prompts[f"judge_{arm}"]).substitute(fields)
    return [
        {"role": "system", "content": prompts["judge"].strip()},
        {"role": "user", "content": asked.strip()},
    ]


def _aspect(dimension: dict) -> str:
    levels = "\n".join(f"  {level_alias(one['value'])}: {one['anchor']}" for one in levels_of(dimension))
    return f"- {dimension['key']}: {dimension['name']}. {dimension['definition']}\n{levels}"
