"""Which models are kin, by their names alone: a judge favours what its own family wrote, so it is marked."""

import re

# What a name holds → its family. A distilled model belongs to both that it names.
_OF = {
    "gpt": "gpt", "chatgpt": "gpt", "davinci": "gpt", "claude": "claude", "gemini": "google", "gemma": "google",
    "palm": "google", "llama": "llama", "vicuna": "llama", "alpaca": "llama", "mistral": "mistral",
    "mixtral": "mistral", "ministral": "mistral", "codestral": "mistral", "magistral": "mistral",
    "qwen": "qwen", "qwq": "qwen", "deepseek": "deepseek", "phi": "phi", "smollm": "smollm", "falcon": "falcon",
    "command": "command", "aya": "command", "yi": "yi", "olmo": "olmo", "granite": "granite", "glm": "glm",
    "grok": "grok", "kimi": "kimi", "nova": "nova",
}  # fmt: skip
_OPENAI_O = re.compile(r"o\d")


def families(model: str) -> frozenset[str]:
    """Of a model's name, such as "Qwen/Qwen2.5-7B-Instruct"; of one that nobody knows, its own first word."""
    name = model.lower().rpartition("/")[2]
    words = re.findall(r"[a-z]+", name)
    found = {_OF[word] for word in words if word in _OF}
    if _OPENAI_O.match(name):
        found.add("gpt")
    return frozenset(found or words[:1] or [name])


def kin(model: str, others) -> list[str]:
    """Those of the other models that are of its family, in order, each once."""
    own = families(model)
    return sorted({other for other in others if other and families(other) & own})
