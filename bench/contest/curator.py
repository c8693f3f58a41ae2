"""bespokelabs-curator: one LLM call over all sessions for each turn, which is how its rows depend on earlier rows.

Its own simulation of a conversation makes one conversation after the other, so it is not used. Requests and tokens
a minute are set beyond reach; everything else is as it comes, but for the concurrency.
"""

import importlib.util
import os
from pathlib import Path

from bench.contest.contender import compete
from bench.contest.work import MODEL, Work, prompt, write_rows


def load(work: Work):
    # It counts tokens with a vocabulary that it would fetch; litellm, which it brings, has the same file.
    litellm = Path(importlib.util.find_spec("litellm").origin).parent
    os.environ["TIKTOKEN_CACHE_DIR"] = str(litellm / "litellm_core_utils" / "tokenizers")
    os.environ |= {
        "HF_HOME": f"{work.folder}/hub", "HF_HUB_OFFLINE": "1",
        "TELEMETRY_ENABLED": "false", "CURATOR_VIEWER": "0", "LITELLM_LOCAL_MODEL_COST_MAP": "true",
    }  # fmt: skip
    from bespokelabs import curator

    class NextTurn(curator.LLM):
        def prompt(self, row: dict) -> str:
            return prompt(row["session"], row["said"])

        def parse(self, row: dict, response: str) -> dict:
            return {"session": row["session"], "said": [*row["said"], response]}

    asked = NextTurn(
        model_name=MODEL,
        backend="openai",
        backend_params={
            "base_url": work.url,
            "api_key": "none",
            "max_concurrent_requests": work.concurrency,
            "max_requests_per_minute": 10_000_000,
            "max_tokens_per_minute": 10_000_000_000,
        },
    )

    def do(work: Work) -> None:
        rows = [{"session": str(number), "said": []} for number in range(work.sessions)]
        for _ in range(work.turns):
            rows = list(asked(rows, working_dir=work.folder).dataset)
        write_rows(work, {row["session"]: row["said"] for row in rows})

    return do


if __name__ == "__main__":
    compete(load)
