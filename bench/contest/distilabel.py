"""distilabel: a pipeline of one step that asks for sessions (bench.contest.distilabel_session).

A batch is asked at once, so its size is the concurrency.
"""

import os

from bench.contest.contender import compete
from bench.contest.work import MODEL, Work, write_rows


def load(work: Work):
    os.environ |= {"HF_HOME": f"{work.folder}/hub", "HF_HUB_OFFLINE": "1"}
    from distilabel.models import OpenAILLM
    from distilabel.pipeline import Pipeline
    from distilabel.steps import LoadDataFromDicts

    from bench.contest.distilabel_session import Session

    def do(work: Work) -> None:
        rows = [{"session": str(number)} for number in range(work.sessions)]
        with Pipeline(name="work", cache_dir=work.folder) as pipeline:
            llm = OpenAILLM(model=MODEL, base_url=work.url, api_key="none")
            source = LoadDataFromDicts(data=rows, batch_size=work.concurrency)
            sessions = Session(
                llm=llm, turns=work.turns, input_batch_size=work.concurrency, add_raw_output=False,
                add_raw_input=False,
            )  # fmt: skip
            source >> sessions
        made = pipeline.run(use_cache=True)["default"]["train"]
        write_rows(work, {row["session"]: row["said"] for row in made})

    return do


if __name__ == "__main__":
    compete(load)
