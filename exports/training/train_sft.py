"""Supervised fine-tuning of one base model on one dataset: a stand-alone script, with a GPU or without.

    python train_sft.py --data DATASET --base MODEL --out FOLDER --config FILE --progress FILE

Writes FOLDER/adapter (adapter or full model, tokenizer with the base's own chat template, training.json),
appends one JSON line per step to the progress file, goes on from the last whole checkpoint in
FOLDER/checkpoints, and prints the metrics as one JSON object on the last line of standard output. The same
seed gives the same adapter on the same machine.
"""

import argparse
import hashlib
import json
import math
import os
import shutil
import signal
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path

from chat_template import NoTrainingTemplate, check_same_text, training_template
from sft_data import BadInput, read_config, read_conversations

PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
COMPARED = 20  # conversations on which the training template is compared with the base's own


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("data", "base", "out", "config", "progress"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--stop-with-stdin", action="store_true", help="end when standard input is closed")
    return parser.parse_args()


def stop_with_stdin():
    """End this process group as soon as whoever started it is gone: its end of our standard input closes
    then.
    """

    def wait():
        while os.read(0, 1):
            pass
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def build_trainer(config, *, data, base, out, progress=None):
    """The trainer, ready to train; its dataset already carries the mask of the assistant's words."""
    import datasets
    import torch
    import transformers
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    datasets.disable_progress_bars()
    transformers.utils.logging.disable_progress_bar()
    rows = read_conversations(data / "sft" / "train.jsonl")
    held_out = data / "sft" / "validation.jsonl"
    validation = read_conversations(held_out) if held_out.exists() and held_out.stat().st_size else None

    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    template = training_template(tokenizer)
    check_same_text(tokenizer, template, rows[:COMPARED])
    template_path = out / "training_template.jinja"
    template_path.write_text(template, encoding="utf-8")

    gpu = torch.cuda.is_available()
    transformers.set_seed(
        config["seed"]
    )  # the adapter's first weights are drawn before the trainer seeds itself
    dtype = torch.bfloat16 if gpu and not config["full"] else torch.float32
    model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
    lora = config["lora"] and LoraConfig(
        r=config["lora"]["r"],
        lora_alpha=config["lora"]["alpha"],
        lora_dropout=config["lora"]["dropout"],
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    length = (
        {"max_steps": config["max_steps"]} if config["max_steps"] else {"num_train_epochs": config["epochs"]}
    )
    settings = SFTConfig(
        output_dir=str(out / "checkpoints"),
        **length,
        learning_rate=config["learning_rate"],
        per_device_train_batch_size=config["batch"],
        per_device_eval_batch_size=config["batch"],
        gradient_accumulation_steps=config["accumulation"],
        max_length=config["max_length"],
        assistant_only_loss=True,
        chat_template_path=str(template_path),
        seed=config["seed"],
        data_seed=config["seed"],
        use_cpu=not gpu,
        bf16=gpu,
        activation_checkpointing=gpu,
        dataloader_pin_memory=gpu,
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_steps=config["save_steps"],
        save_total_limit=2,
        eval_strategy="steps" if validation else "no",
        eval_steps=config["save_steps"],
        report_to="none",
        disable_tqdm=True,
    )
    if settings.world_size != config["processes"] and not config["accelerate_config"]:
        raise BadInput(f"config: {config['processes']} processes were asked for, {settings.world_size} run")
    trainer = SFTTrainer(
        model=model,
        args=settings,
        processing_class=tokenizer,
        peft_config=lora or None,
        train_dataset=as_dataset(rows),
        eval_dataset=validation and as_dataset(validation),
        callbacks=[reporter(progress)] if progress else None,
    )
    if not len(trainer.train_dataset):
        raise BadInput(
            f"None of the {len(rows)} examples has words to learn from within {config['max_length']} tokens; "
            "allow longer examples."
        )
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.rows_given = len(rows)
    return trainer


def as_dataset(conversations):
    from datasets import Dataset

    return Dataset.from_list([{"messages": messages} for messages in conversations])


def reporter(path):
    """A callback that appends one JSON line per logged step and refuses to go on when the loss is no
    number.
    """
    from transformers import TrainerCallback

    class Reporter(TrainerCallback):
        line = None  # of the step under way; held back, as an evaluation after the step belongs into it

        def on_train_begin(self, args, state, control, **kwargs):
            self.add(state, {})

        def on_log(self, args, state, control, logs=None, **kwargs):
            numbers = {name: value for name, value in (logs or {}).items() if isinstance(value, int | float)}
            if not all(math.isfinite(value) for value in numbers.values()):
                raise BadInput(f"step {state.global_step}: the loss or its gradient is not a finite number")
            if "train_runtime" not in numbers:
                self.add(state, numbers)

        def on_step_begin(self, args, state, control, **kwargs):
            self.write(state)

        def on_save(self, args, state, control, **kwargs):
            self.write(state)

        def on_train_end(self, args, state, control, **kwargs):
            self.write(state)

        def add(self, state, numbers):
            self.line = {"step": state.global_step, "total": state.max_steps, **(self.line or {}), **numbers}

        def write(self, state):
            if self.line and state.is_world_process_zero:
                with open(path, "a", encoding="utf-8") as file:
                    file.write(json.dumps(self.line, allow_nan=False) + "\n")
            self.line = None

    return Reporter()


def last_checkpoint(folder):
    """The newest whole checkpoint, or None. One torn by a kill lacks its state, which is written last; it
    is removed.
    """
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]), reverse=True)
    for path in found:
        try:
            json.loads((path / "trainer_state.json").read_text())
            return str(path)
        except (OSError, ValueError):
            print(f"{path.name} is not whole, going on from an earlier one", file=sys.stderr)
            shutil.rmtree(path)
    return None


def digest_folder(folder):
    """SHA-256 over the names and SHA-256s of a base model's weights and configuration."""
    total = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".safetensors", ".json") and path.is_file():
            with open(path, "rb") as file:
                total.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def write_adapter(trainer, config, *, data, base, out):
    """Save what was trained with the base's own tokenizer and template, and what it was made from."""
    from transformers import AutoTokenizer

    folder = out / "adapter"
    if config["lora"]:
        peft = trainer.accelerator.unwrap_model(trainer.model).peft_config["default"]
        peft.base_model_name_or_path = config["base"]  # a name, not a folder of this machine
    trainer.save_model(str(folder))
    if not trainer.is_world_process_zero():
        return
    for leftover in ("training_args.bin", "README.md"):  # a pickle, and a card that knows nothing of our data
        (folder / leftover).unlink(missing_ok=True)
    AutoTokenizer.from_pretrained(base).save_pretrained(folder)
    if config["lora"]:
        sort_targets(folder / "adapter_config.json")
    manifest = data / "manifest.json"
    record = {
        "config": config,
        "seed": config["seed"],
        "base": {"name": config["base"], "sha256": digest_folder(base)},
        "dataset_sha256": hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else None,
        "versions": {"python": sys.version.split()[0], **{name: version(name) for name in PACKAGES}},
        "device": trainer.args.device.type,
    }
    (folder / "training.json").write_text(
        json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )


def sort_targets(path):
    """peft writes a set in no order; sorted, the same training gives the same bytes."""
    adapter = json.loads(path.read_text())
    adapter["target_modules"] = sorted(adapter["target_modules"])
    path.write_text(json.dumps(adapter, indent=2, sort_keys=True) + "\n")


def measured(trainer, *, seconds):
    """The metrics of the whole training, also when it went on from a checkpoint; `seconds` are this
    process's.
    """
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    lengths = [len(row) for row in trainer.train_dataset["input_ids"]]
    metrics = {
        "train_loss": sum(losses) / len(losses),
        "steps": trainer.state.global_step,
        "seconds": round(seconds, 1),
        "rows": len(lengths),
        "rows_cut": sum(length >= trainer.args.max_length for length in lengths),
        "rows_dropped": trainer.rows_given - len(lengths),
    }
    if trainer.eval_dataset is not None:
        metrics["eval_loss"] = trainer.evaluate()["eval_loss"]
    return metrics


def main():
    options = arguments()
    if options.stop_with_stdin:
        stop_with_stdin()
    started = time.monotonic()
    config = read_config(options.config)
    options.out.mkdir(parents=True, exist_ok=True)
    if config["processes"] == 1 and not config["accelerate_config"]:
        # With more GPUs in sight the trainer would split every batch over them, which nobody asked for.
        os.environ["CUDA_VISIBLE_DEVICES"] = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    places = {"data": options.data, "base": options.base, "out": options.out}
    trainer = build_trainer(config, **places, progress=options.progress)
    trainer.train(resume_from_checkpoint=last_checkpoint(options.out / "checkpoints"))
    metrics = measured(trainer, seconds=time.monotonic() - started)
    write_adapter(trainer, config, **places)
    if trainer.is_world_process_zero():
        print(json.dumps(metrics, allow_nan=False), flush=True)


if __name__ == "__main__":
    try:
        main()
    except (BadInput, NoTrainingTemplate) as error:
        sys.exit(str(error))
