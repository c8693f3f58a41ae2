"""The words that are put before a rater, and their digest: a decision carries exactly these."""

from accounts.digesting import digest
from review.models import Arm
from synthesis import rendering, translated
from synthesis.models import Instance

COUNSELLOR = "Counsellor"


def words(instance: Instance, *, arm: str, names: dict[str, str]) -> dict:
    """Return {"dialogue": [{"speaker", "text"}], "draft": text}; without the draft in the unaided arm.

    `names`: the mistakes' names in the version that the instance was made under, in the session's language.
    """
    content = instance.content
    speakers = {"counsellor": COUNSELLOR, "client": content.get("client_name") or "Client"}
    dialogue = [{"speaker": speakers[u["speaker"]], "text": u["text"]} for u in content["utterances"]]
    if arm == Arm.UNAIDED:
        return {"dialogue": dialogue}
    return {"dialogue": dialogue, "draft": rendering.draft(content["feedback"], mistake_names=names)}


def counsellor_turns(instance: Instance) -> set[int]:
    """Where the counsellor speaks: indexes into the dialogue, from 0."""
    return {n for n, u in enumerate(instance.content["utterances"]) if u["speaker"] == "counsellor"}


def content_hash(external_id, judged: dict) -> str:
    """Salted with the reading's own random id, so that two reviewers cannot match their tasks by it."""
    return digest([str(external_id), judged])


class Wording:
    """Renders what raters judge, looking the names of each guideline version up once for each language of a run."""

    def __init__(self):
        self._names: dict[tuple, dict[str, str]] = {}

    def of(self, item) -> dict:
        return self.words(item.instance, arm=item.arm)

    def words(self, instance: Instance, *, arm: str) -> dict:
        language = translated.language_of(instance.factors)
        # In the source's language every run says the same.
        run = instance.run_id if language != translated.LANGUAGES[0] else None
        key = instance.version_id, language, run
        if key not in self._names:
            self._names[key] = translated.names(instance.version, language, run)
        return words(instance, arm=arm, names=self._names[key])
