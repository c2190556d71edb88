"""One learner of a class at a JupyterHub: what a browser says to hub, server and kernel, without the browser.

Used by `measure_hub.py`, in an environment of binder/requirements.txt and .ci/hub.txt.
"""

import asyncio
import json
import random
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

LINK = "/hub/user-redirect/git-pull"
NOTEBOOK = "notebooks/02_entropy.ipynb"
LEDGER = ".local/share/information-theory-for-machine-learning/progress.json"
PROTOCOL = "v1.kernel.websocket.jupyter.org"
PATIENCE = 600.0  # seconds for any one step: twenty servers that start on two cores take minutes
LARGEST_MESSAGE = 100 * 2**20  # bytes
FATES = ("server and kernel", "kernel", "server", "nothing")  # what is killed, in turns

ANSWER = 'from course_lib.exercises import check\ncheck("2.1", {answer})'
ANSWERS = """
from course_lib.exercises import check
for answer in range({first}, {last}):
    check("2.1", answer)
    print(answer, flush=True)  # confirmed: from now on it must be in the file
"""


class Trouble(Exception):
    """A step that did not work, in a sentence."""


class Learner:
    """One learner's browser, as far as the hub, the server and the kernel can tell."""

    def __init__(self, number: int, address: str, homes: Path) -> None:
        self.name, self.address = f"learner-{number:02}", address
        self.home, self.fate = homes / self.name, FATES[number % len(FATES)]
        self.first = 10_000 * (number + 1)  # own answers lie between this and the next learner's
        self.browser = httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=PATIENCE)
        self.waiting: dict[str, asyncio.Queue[dict[str, Any] | None]] = {}
        self.widgets: dict[str, dict[str, Any]] = {}
        self.printed = ""

    def token(self, folder: str) -> str:
        """Return what proves to the hub, or to the server, that a request comes from its own page."""
        jar = self.browser.cookies.jar
        return next(cookie.value or "" for cookie in jar if cookie.name == "_xsrf" and cookie.path == folder)

    async def events(self, path: str, **parameters: str) -> None:
        """Follow a stream of events until it says that all is done."""
        async with self.browser.stream("GET", path, params=parameters) as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                event = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if event.get("failed") or event.get("phase") == "error":
                    raise Trouble(str(event.get("message", event)))

    async def arrive(self) -> float:
        """Log in, start the server, open JupyterLab; returns the seconds that takes."""
        begin = time.monotonic()
        await self.browser.get("/hub/login")
        form = {"username": self.name, "password": "any", "_xsrf": self.token("/hub/")}
        answer = await self.browser.post(f"/hub/login?next=/hub/spawn/{self.name}", data=form)
        answer.raise_for_status()
        await self.open_server()
        return time.monotonic() - begin

    async def open_server(self) -> None:
        """Wait until the server is up, and open JupyterLab there."""
        token = self.token("/hub/")
        await self.events(f"/hub/api/users/{self.name}/server/progress", _xsrf=token)
        page = await self.browser.get(f"/user/{self.name}/lab")
        if page.status_code != 200 or "jupyter-config-data" not in page.text:
            raise Trouble(f"JupyterLab's page is not there ({page.status_code} at {page.url}).")

    async def pull(self, repository: str) -> float:
        """Take the notebooks as the link in binder/CLASSROOM.md does."""
        begin = time.monotonic()
        what = {"repo": repository, "branch": "class", "targetpath": "course"}
        page = await self.browser.get(LINK, params=what | {"urlpath": f"lab/tree/course/{NOTEBOOK}"})
        if page.status_code != 200 or page.url.path != f"/user/{self.name}/git-pull":
            raise Trouble(f"The link has led to {page.url} ({page.status_code}).")
        await self.events(f"/user/{self.name}/git-pull/api", **what)  # what that page does
        if not (self.home / "course" / NOTEBOOK).is_file():
            raise Trouble("nbgitpuller has not brought the notebook.")
        return time.monotonic() - begin

    async def open_notebook(self) -> float:
        """Start the notebook's kernel and run its first code cell."""
        begin = time.monotonic()
        base = f"/user/{self.name}/"
        token = self.token(base)
        body = {"path": f"course/{NOTEBOOK}", "type": "notebook", "name": "", "kernel": {"name": "python3"}}
        answer = await self.browser.post(f"{base}api/sessions", json=body, headers={"X-XSRFToken": token})
        answer.raise_for_status()
        kernel = answer.json()["kernel"]["id"]
        self.session = uuid.uuid4().hex
        path = f"{base}api/kernels/{kernel}/channels?" + urlencode(
            {"session_id": self.session, "_xsrf": token}
        )
        cookies = self.browser.build_request("GET", path).headers["cookie"]
        request = HTTPRequest(
            self.address.replace("http", "ws") + path, headers={"Cookie": cookies}, connect_timeout=PATIENCE
        )
        self.socket = await websocket_connect(
            request, subprotocols=[PROTOCOL], max_message_size=LARGEST_MESSAGE
        )
        self.reader = asyncio.create_task(self.read())
        await self.run(self.cells()[0])
        return time.monotonic() - begin

    def cells(self) -> list[str]:
        notebook = json.loads((self.home / "course" / NOTEBOOK).read_text("utf-8"))
        return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]

    async def read(self) -> None:
        """Hand each message to the request that it answers, and remember widgets and printed text."""
        while (data := await self.socket.read_message()) is not None:
            _, parts = deserialize_msg_from_ws_v1(data)
            header, parent, _, content = (json.loads(part) for part in parts[:4])
            message = {"type": header["msg_type"], **content}
            if message["type"] == "stream":
                self.printed += content["text"]
            if message["type"] in ("comm_open", "comm_msg") and "state" in content["data"]:
                paths = content["data"].get("buffer_paths", [])
                message["buffers"] = {path[0]: part for path, part in zip(paths, parts[4:], strict=True)}
                widget = self.widgets.setdefault(content["comm_id"], {})
                widget |= content["data"]["state"] | message["buffers"]
            if queue := self.waiting.get(parent.get("msg_id", "")):
                queue.put_nowait(message)
        for queue in self.waiting.values():
            queue.put_nowait(None)

    async def ask(self, kind: str, content: dict[str, Any]) -> list[dict[str, Any]]:
        """Send a message to the kernel; returns everything that it says until it is idle again."""
        number = uuid.uuid4().hex
        queue = self.waiting[number] = asyncio.Queue()
        header = {"msg_id": number, "msg_type": kind, "session": self.session, "username": self.name}
        header |= {"version": "5.3", "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        pack = lambda part: json.dumps(part).encode()  # noqa: E731
        await self.socket.write_message(serialize_msg_to_ws_v1(message, "shell", pack), binary=True)
        wanted = {"idle", "execute_reply"} if kind == "execute_request" else {"idle"}
        said: list[dict[str, Any]] = []
        while wanted:
            answer = await asyncio.wait_for(queue.get(), PATIENCE)
            if answer is None:
                raise Trouble("The connection to the kernel broke.")
            said.append(answer)
            wanted -= {answer["type"], answer.get("execution_state")}
        del self.waiting[number]
        return said

    async def run(self, code: str) -> None:
        """Run a cell; an error or a line on stderr is trouble."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        said = await self.ask("execute_request", content | {"allow_stdin": False, "stop_on_error": True})
        for message in said:
            if message["type"] == "error" or message.get("status") in ("error", "aborted"):
                raise Trouble(f"{message.get('ename')}: {message.get('evalue')} in {code[:60]!r}")
            if message.get("name") == "stderr":
                raise Trouble(f"{message['text'][:200]!r} on stderr in {code[:60]!r}")

    async def run_all(self) -> float:
        """Ask for every cell at once, as Run All does."""
        begin = time.monotonic()
        await asyncio.gather(*map(self.run, self.cells()))
        return time.monotonic() - begin

    def sliders(self) -> Iterator[tuple[str, str, list[Any]]]:
        """Yield widget, name and places of each slider that moves a picture."""
        for number, widget in self.widgets.items():
            for spec in widget.get("controls", []) if len(widget.get("picture", b"")) else []:
                if spec["kind"] == "range":
                    yield number, spec["name"], spec["values"]
                elif spec["kind"] == "weights":
                    old = widget["state"][spec["name"]]
                    yield number, spec["name"], [[place, *old[1:]] for place in range(1, spec["maximum"])]

    async def move_sliders(self, moves: int, pause: float) -> list[float]:
        """Move each slider to new places; returns the seconds from each move to its new picture."""
        chance, seconds = random.Random(f"{self.name} {pause}"), []
        for number, name, places in list(self.sliders()):
            for place in chance.sample(places, min(moves, len(places))):
                widget = self.widgets[number]
                if place == widget["state"][name]:
                    continue
                await asyncio.sleep(chance.uniform(0, 2 * pause))
                widget["state"] = widget["state"] | {name: place}
                data = {"method": "update", "state": {"state": widget["state"]}, "buffer_paths": []}
                begin = time.monotonic()
                said = await self.ask("comm_msg", {"comm_id": number, "data": data})
                seconds.append(time.monotonic() - begin)
                if not any(answer.get("buffers", {}).get("picture") for answer in said):
                    raise Trouble(f"The slider {name} at {place} has brought no new picture.")
        return seconds

    async def answer(self, number: int) -> None:
        await self.run(ANSWER.format(answer=self.first + number))

    async def answer_on(self) -> None:
        """Answer again and again, two hundred times or until somebody pulls the plug."""
        last = self.first + (201 if self.fate == "nothing" else 9_999)
        self.printed = ""
        await self.run(ANSWERS.format(first=self.first + 1, last=last))

    def confirmed(self) -> int:
        """How many of those answers were confirmed before the plug was pulled."""
        return sum(line.isdigit() for line in self.printed.split("\n")[:-1])

    async def come_back(self) -> float:
        """Open the page again after a crash, run the first cell, answer once more."""
        begin = time.monotonic()
        if "server" in self.fate:
            about = f"/hub/api/users/{self.name}"
            while (await self.browser.get(about, params={"_xsrf": self.token("/hub/")})).json()["server"]:
                await asyncio.sleep(0.5)
            (await self.browser.get(f"/hub/spawn/{self.name}")).raise_for_status()
            await self.open_server()
        await self.open_notebook()
        await self.answer(9_999)
        return time.monotonic() - begin

    def check_ledger(self) -> None:
        """Raise unless the file on disk holds every confirmed answer, in order, and nothing else."""
        record = json.loads((self.home / LEDGER).read_text("utf-8"))
        own = [int(entry["answer"]) - self.first for entry in record["attempts"]]
        if own != [*range(len(own) - 1), 9_999] or len(own) - 2 < self.confirmed():
            strays = [number for place, number in enumerate(own[:-1]) if number != place]
            raise Trouble(
                f"{self.confirmed()} answers confirmed, {len(own)} kept, out of place {strays[:9]}."
            )
        others = [path.name for path in (self.home / LEDGER).parent.glob("*damaged*")]
        if record["quizzes"] or record["predictions"] or others:
            raise Trouble(f"The ledger holds what this learner never did; beside it lies {others}.")
