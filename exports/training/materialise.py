"""Turn a GGUF file into an ordinary Hugging Face folder, once, so that adapters can be trained on it.

A model that transformers loads from GGUF refuses `save_pretrained`; its weights are therefore copied into a
fresh model first. They are the de-quantised ones, slightly worse than the original, and the record says so.

    python materialise.py model.gguf FOLDER
"""

import copy
import fcntl
import functools
import hashlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

RECORD = "materialised.json"
NOTE = "weights de-quantised from the GGUF file, slightly worse than the unquantised original"


def digest(path):
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_current(folder, sha256):
    """Whether `folder` was made, completely, from the file with this digest."""
    record = folder / RECORD
    return record.exists() and json.loads(record.read_text())["sha256"] == sha256


def materialise(gguf, folder):
    """Make `folder` from `gguf` unless it is already made from the same bytes; returns True when it was
    made now.
    """
    gguf, folder = Path(gguf).resolve(), Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / f".{folder.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sha256 = digest(gguf)
        if is_current(folder, sha256):
            return False
        making = folder.parent / f".{folder.name}.making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        versions = write_model(gguf, making)
        record = {"source": gguf.name, "sha256": sha256, "note": NOTE, "versions": versions}
        (making / RECORD).write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
        if folder.exists():
            shutil.rmtree(folder)
        making.rename(folder)
        return True


def write_model(gguf, folder):
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    import gguf as reading
    import torch
    import transformers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    # transformers parses the file's long tables three times, ten seconds each; once is enough.
    reading.GGUFReader = functools.lru_cache(reading.GGUFReader)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    loaded = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    config = copy.deepcopy(loaded.config)
    del config.quantization_config
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    weights = loaded.state_dict()
    missing, unexpected = model.load_state_dict(weights, strict=False)
    tied = set(getattr(model, "_tied_weights_keys", None) or ())
    if unexpected or set(missing) - tied:
        raise ValueError(f"{gguf.name} does not fill the model: missing {missing}, unexpected {unexpected}")
    model.tie_weights()
    model.generation_config = loaded.generation_config
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return {"torch": torch.__version__, "transformers": transformers.__version__}


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    started = time.monotonic()
    made = materialise(sys.argv[1], sys.argv[2])
    outcome = f"made in {time.monotonic() - started:.0f} s" if made else "already there"
    print(f"base model in {sys.argv[2]}: {outcome}", file=sys.stderr)
