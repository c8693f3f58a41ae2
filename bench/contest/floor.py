"""The floor: bare aiohttp and a semaphore. It stores nothing until the end, and asks nobody twice."""

import asyncio
import json

from bench.contest.contender import compete
from bench.contest.work import MODEL, Work, prompt, steps, write_rows

# As long as what an agent of a technique session is told beside the session, and the form it answers in.
WAY = "You are one of several who help a counsellor with a session. " * 30
_TEXT = {"type": "object", "properties": {"text": {"type": "string", "maxLength": 700}}, "required": ["text"]}
SHAPE = {"type": "json_schema", "json_schema": {"name": "Turn", "schema": _TEXT}}


def load(work: Work):
    import aiohttp

    async def whole(work: Work) -> dict:
        places, rows = asyncio.Semaphore(work.concurrency), {}
        connector = aiohttp.TCPConnector(limit=work.concurrency)
        async with aiohttp.ClientSession(connector=connector) as http:

            async def session(number: int) -> None:
                said = rows[number] = []
                for _ in range(work.turns):
                    body = {"model": MODEL, "messages": [{"role": "user", "content": prompt(number, said)}]}
                    async with places, http.post(f"{work.url}/chat/completions", json=body) as answer:
                        answer.raise_for_status()
                        said.append((await answer.json())["choices"][0]["message"]["content"])

            async def step(number: int) -> str:
                content = "\n".join([WAY, *rows[number]])
                body = {
                    "model": MODEL,
                    "messages": [{"role": "user", "content": content}],
                    "response_format": SHAPE,
                }
                async with places, http.post(f"{work.url}/chat/completions", json=body) as answer:
                    answer.raise_for_status()
                    return json.loads((await answer.json())["choices"][0]["message"]["content"])["text"]

            async def chained(number: int) -> None:
                said, waiting = rows.setdefault(number, ["What brings you here today?"]), []
                for one in steps(work.exchanges):
                    if not one.beside and waiting:
                        await asyncio.gather(*waiting)
                        waiting = []
                    if one.says:
                        said.append(await step(number))
                    else:
                        waiting.append(step(number))

            await asyncio.gather(*map(chained if work.exchanges else session, range(work.sessions)))
        return rows

    def do(work: Work) -> None:
        write_rows(work, asyncio.run(whole(work)))

    return do


if __name__ == "__main__":
    compete(load)
