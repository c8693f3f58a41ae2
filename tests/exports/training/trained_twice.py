"""Run by the training environment: what is learnt from, and whether a seed gives the same adapter. Prints
JSON.

python trained_twice.py CODE DATA BASE WORK
"""

import hashlib
import json
import shutil
import sys
from itertools import groupby
from pathlib import Path

code, data, base, work = (Path(argument) for argument in sys.argv[1:])
sys.path.insert(0, str(code))
from train_sft import build_trainer, last_checkpoint, read_config, write_adapter  # noqa: E402


def build(out):
    out.mkdir(exist_ok=True)
    return build_trainer(read_config(work / "config.json"), data=data, base=base, out=out)


def save(trainer, out):
    write_adapter(trainer, read_config(work / "config.json"), data=data, base=base, out=out)
    files = ("adapter_model.safetensors", "adapter_config.json", "training.json", "chat_template.jinja")
    return {name: hashlib.sha256((out / "adapter" / name).read_bytes()).hexdigest() for name in files}


def learnt(trainer):
    """For each row of the first batch the stretches of text that carry labels, and those that carry none."""
    tokenizer, batch = trainer.processing_class, next(iter(trainer.get_train_dataloader()))
    for ids, labels in zip(batch["input_ids"].tolist(), batch["labels"].tolist(), strict=True):
        stretches = groupby(zip(ids, labels, strict=True), key=lambda pair: pair[1] != -100)
        texts = [(carries, tokenizer.decode([token for token, _ in pairs])) for carries, pairs in stretches]
        yield {
            "yes": [text for carries, text in texts if carries],
            "no": [text for carries, text in texts if not carries],
        }


trainer = build(work / "straight")
answer = {"learnt": list(learnt(trainer))}
trainer.train()
answer["straight"] = save(trainer, work / "straight")

whole, torn = (work / "straight" / "checkpoints" / f"checkpoint-{step}" for step in (1, 2))
(torn / "trainer_state.json").write_text('{"global_')  # what a kill in the middle of saving leaves
answer["resumed_from"] = Path(last_checkpoint(whole.parent)).name
trainer = build(work / "resumed")
trainer.train(resume_from_checkpoint=str(whole))
answer["resumed"] = save(trainer, work / "resumed")
shutil.rmtree(work / "resumed" / "checkpoints")
print(json.dumps(answer))
