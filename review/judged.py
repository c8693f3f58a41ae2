"""The words that are put before a rater, and their digest: a decision carries exactly these."""

from accounts.digesting import digest
from review.models import Arm
from synthesis import rendering, translated
from synthesis.models import Instance

COUNSELLOR = "Counsellor"
NO_EXEMPLAR = "(No other reply is offered for this moment.)"


def words(instance: Instance, *, arm: str, names: dict[str, str]) -> dict:
    """Return {"dialogue": [{"speaker", "text"}]} and what is judged of it: in the aided arm "draft", to be rated "reply"
    where there is one, with "exemplar" where another is offered beside it, or with a rewriting of it as "draft" and with
    "scores"; in a pair "texts" {"a", "b"}. What carries a translation has it beside: in each turn as "translation", of the
    others under "translation" by the same names.

    `names`: the mistakes' names in the version that the instance was made under, in the session's language.
    """
    content = instance.content
    speakers = {"counsellor": COUNSELLOR, "client": content.get("client_name") or "Client"}
    dialogue = [{"speaker": speakers[u["speaker"]], "text": u["text"]} for u in content["utterances"]]
    translation = content.get("translation") or {}
    for turn, text in zip(dialogue, translation.get("utterances", []), strict=False):
        turn["translation"] = text
    found = {"dialogue": dialogue} | _told(content, arm, names)
    if told := _told(translation, arm, names):
        found["translation"] = told
    return found


def _told(content: dict, arm: str, names: dict[str, str]) -> dict:
    """What is judged beside the dialogue, as far as it is there."""
    if arm == Arm.AIDED and "feedback" in content:
        return {"draft": rendering.draft(content["feedback"], mistake_names=names)}
    if arm == Arm.REVISED and "reply" in content:
        found = {"reply": content["reply"], "draft": content.get("rewrite")}
        if content.get("rating"):
            found["scores"] = rendering.scores(content["rating"])
        return {name: words for name, words in found.items() if words is not None}
    if arm == Arm.RATED and "reply" in content:
        return {"reply": content["reply"]} | _other(content)
    if arm == Arm.PAIR and "texts" in content:
        return {"texts": {name: content["texts"][name] for name in ("a", "b")}}
    return {}


def _other(content: dict) -> dict:
    """Another reply to the same words, where its recipe offers one; where it had none to offer, that is said."""
    if "exemplar" not in content:
        return {}
    return {"exemplar": content["exemplar"] or NO_EXEMPLAR}


def in_position(judged: dict, position: str) -> dict:
    """The words as one reader has them before her: two texts as "first" and "second", their own names gone.
    `position`: "ab" or "ba"; empty where there are no two.
    """
    if not position:
        return judged
    shown = {name: of for name, of in judged.items() if name != "texts"} | _placed(judged, position)
    if "translation" in judged:
        shown["translation"] = _placed(judged["translation"], position)
    return shown


def _placed(told: dict, position: str) -> dict:
    return {place: told["texts"][name] for place, name in zip(("first", "second"), position, strict=True)}


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
