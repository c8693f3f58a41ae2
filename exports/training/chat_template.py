"""Which chat template to train with, so that only the assistant's own words are learnt.

The trainer needs `{% generation %}` marks around the assistant's text. Most base models' templates have
none; the templates beside this file are the same templates with the marks. A model is always served with
its original one.
"""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "chat_templates"
# SHA-256 of a base model's own template -> the same template with the marks.
MARKED = {"872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788": "smollm2.jinja"}


class NoTrainingTemplate(Exception):
    """Nothing is known that would train on the assistant's words only for this base model."""


def training_template(tokenizer):
    """The template text to train with: the base's own if it is marked, ours, or else the training
    library's.
    """
    own = tokenizer.chat_template
    if not isinstance(own, str) or not own:
        raise NoTrainingTemplate(
            "the base model has no chat template: it is not an instruction-following model"
        )
    if "{% generation" in own or "{%- generation" in own:
        return own
    digest = hashlib.sha256(own.encode()).hexdigest()
    if digest in MARKED:
        return (FOLDER / MARKED[digest]).read_text(encoding="utf-8")
    from trl import get_training_chat_template

    try:
        return get_training_chat_template(processing_class=tokenizer)
    except ValueError as error:
        raise NoTrainingTemplate(
            f"the base model's chat template (SHA-256 {digest}) has no generation marks and none are known "
            f"for it: put a marked copy into {FOLDER.name}/ and name it in chat_template.py"
        ) from error


def check_same_text(tokenizer, template, conversations):
    """Refuse a template that renders other text than the base's own: the model would be trained on other
    turns.
    """
    for number, messages in enumerate(conversations, start=1):
        own = tokenizer.apply_chat_template(messages, tokenize=False)
        if own != tokenizer.apply_chat_template(messages, tokenize=False, chat_template=template):
            raise NoTrainingTemplate(f"conversation {number} renders differently with the training template")
