"""The floor: bare aiohttp and a semaphore. It stores nothing until the end, and asks nobody twice."""

import asyncio

from bench.contest.contender import compete
from bench.contest.work import MODEL, Work, prompt, write_rows


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

            await asyncio.gather(*map(session, range(work.sessions)))
        return rows

    def do(work: Work) -> None:
        write_rows(work, asyncio.run(whole(work)))

    return do


if __name__ == "__main__":
    compete(load)
