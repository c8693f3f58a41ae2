"""NVIDIA NeMo Data Designer: a column of text for each turn, whose prompt names the columns before it.

Its records are checkpointed in groups of `buffer` (its own default is 1,000, which would keep nothing of a run that
is killed at half of 1,000 calls). Started again it resumes what is there.
"""

import os

from bench.contest.contender import compete
from bench.contest.work import MODEL, Work, prompt, write_rows

BUFFER = 100


def load(work: Work):
    os.environ |= {
        "DATA_DESIGNER_HOME": f"{work.folder}/home", "NEMO_TELEMETRY_ENABLED": "false",
        "HF_HOME": f"{work.folder}/hub", "HF_HUB_OFFLINE": "1",
    }  # fmt: skip
    import data_designer.config as dd
    import pandas as pd
    from data_designer.config.run_config import ResumeMode, RunConfig
    from data_designer.interface import DataDesigner

    def do(work: Work) -> None:
        provider = dd.ModelProvider(name="stub", endpoint=work.url, provider_type="openai", api_key="none")
        parameters = dd.ChatCompletionInferenceParams(max_parallel_requests=work.concurrency)
        model = dd.ModelConfig(
            alias="any", model=MODEL, provider="stub", inference_parameters=parameters,
            skip_health_check=True,
        )  # fmt: skip
        builder = dd.DataDesignerConfigBuilder(model_configs=[model])
        sessions = pd.DataFrame({"session": [str(number) for number in range(work.sessions)]})
        builder.with_seed_dataset(dd.DataFrameSeedSource(df=sessions))
        said = []
        for turn in range(work.turns):
            words = prompt("{{ session }}", said)
            builder.add_column(dd.LLMTextColumnConfig(name=f"turn_{turn}", prompt=words, model_alias="any"))
            said.append(f"{{{{ turn_{turn} }}}}")
        designer = DataDesigner(artifact_path=work.folder, model_providers=[provider])
        designer.set_run_config(RunConfig(buffer_size=BUFFER, otel_metrics_port=None))
        done = designer.create(
            builder, num_records=work.sessions, dataset_name="work", resume=ResumeMode.IF_POSSIBLE
        )
        made = done.load_dataset().to_dict("records")
        rows = {row["session"]: [row[f"turn_{turn}"] for turn in range(work.turns)] for row in made}
        write_rows(work, rows)

    return do


if __name__ == "__main__":
    compete(load)
