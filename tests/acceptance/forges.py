"""As much of GitHub's command line and of GitLab's API as the workflows of docs/ci use, over what they write in one file."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Refuses what it does not know, and, as the real one, an issue with a label that does not exist.
_GH = """\
import argparse, json, os, pathlib, subprocess, sys

assert os.environ["GH_TOKEN"], "no token"
store = pathlib.Path(os.environ["FORGE"])
world = json.loads(store.read_text())
parser = argparse.ArgumentParser(allow_abbrev=False)
parser.add_argument("words", nargs="+")
for name in ("label", "state", "limit", "json", "jq", "body-file", "title", "comment", "color", "description", "method", "field",
             "head", "base", "body"):
    parser.add_argument("--" + name)
for name in ("force", "paginate", "silent"):
    parser.add_argument("--" + name, action="store_true")
given = parser.parse_intermixed_args()
# Of the pull request that a workflow runs for, and of one that it made.
TALKS = [f"repos/our/project/issues/{number}/comments" for number in (7, *(one["number"] for one in world["pulls"]))]

def answer(data):
    if not given.silent:
        asked = ["jq", "--raw-output", given.jq or "."]
        print(subprocess.run(asked, input=json.dumps(data), capture_output=True, text=True, check=True).stdout, end="")

def text(file):
    return pathlib.Path(file).read_text()

match given.words:
    case ["issue", "list"]:
        chosen = [one for one in world["issues"] if one["state"] == given.state and one["label"] == given.label]
        answer([{name: one[name] for name in given.json.split(",")} for one in chosen])
    case ["issue", "create"]:
        assert given.label in world["labels"], "no such label"
        number = len(world["issues"]) + 1
        said = {"title": given.title, "label": given.label, "body": text(given.body_file)}
        world["issues"].append({"number": number, "state": "open", **said})
    case ["issue", "edit", number]:
        world["issues"][int(number) - 1]["body"] = text(given.body_file)
    case ["issue", "close", number]:
        world["issues"][int(number) - 1] |= {"state": "closed", "comment": given.comment}
    case ["pr", "list"]:
        answer([{name: one[name] for name in given.json.split(",")} for one in world["pulls"] if one["head"] == given.head])
    case ["pr", "create"]:
        body = text(given.body_file) if given.body is None else given.body
        said = {"head": given.head, "base": given.base, "title": given.title, "body": body}
        world["pulls"].append({"number": len(world["pulls"]) + 1, **said})
    case ["pr", "edit", number]:
        world["pulls"][int(number) - 1] |= {"title": given.title} if given.title else {"body": text(given.body_file)}
    case ["pr", "comment", number]:
        world["pulls"][int(number) - 1].setdefault("comments", []).append(text(given.body_file))
    case ["auth", "setup-git"]:
        pass
    case ["label", "create", name]:
        world["labels"].append(name)
    case ["api", path] if given.paginate and path in TALKS:
        answer(world["comments"])
    case ["api", path] if given.method == "POST" and path in TALKS:
        world["comments"].append({"id": len(world["comments"]) + 1, "body": text(given.field.removeprefix("body=@"))})
    case ["api", path] if given.method == "PATCH" and path.startswith("repos/our/project/issues/comments/"):
        world["comments"][int(path.rpartition("/")[2]) - 1]["body"] = text(given.field.removeprefix("body=@"))
    case other:
        sys.exit("gh: what is " + repr(other))
store.write_text(json.dumps(world))
"""


# Of GitLab's API.
LARGEST_PAGE = 100


@dataclass(frozen=True)
class Forge:
    """Issues and comments in a file."""

    file: Path

    @property
    def world(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = json.loads(self.file.read_text(encoding="utf-8"))
        return found

    @property
    def issues(self) -> list[dict[str, Any]]:
        return self.world["issues"]

    @property
    def pulls(self) -> list[dict[str, Any]]:
        return self.world["pulls"]

    @property
    def comments(self) -> list[dict[str, Any]]:
        return self.world["comments"]

    def talk(self, number: int) -> None:
        """People say that many things more."""
        world = self.world
        world["comments"] += [{"id": len(world["comments"]) + 1 + said, "body": "by hand"} for said in range(number)]
        self.file.write_text(json.dumps(world), encoding="utf-8")


def forge(folder: Path) -> Forge:
    """A forge in which nothing was said yet. Somebody else's issue and comment stand there."""
    strange = {
        "number": 1,
        "iid": 1,
        "title": "mine",
        "label": "drift",
        "state": "open",
        "body": "by hand",
        "description": "by hand",
    }
    world = {"issues": [strange], "comments": [{"id": 1, "body": "by hand"}], "labels": [], "pulls": []}
    (folder / "forge.json").write_text(json.dumps(world))
    return Forge(folder / "forge.json")


def command_line(folder: Path) -> Path:
    """A folder with a program `gh`."""
    folder.mkdir()
    (folder / "gh").write_text(f"#!{sys.executable}\n{_GH}")
    (folder / "gh").chmod(0o755)
    return folder


@contextmanager
def api(forge: Forge) -> Iterator[str]:
    """The address of a GitLab API over a forge, as long as the context lasts."""

    @Request.application
    def answer(request: Request) -> Response:
        if request.headers.get("PRIVATE-TOKEN") != "a token of the tests":
            return Response("401 Unauthorized", 401)
        world = forge.world
        kind = {"issues": "issues", "notes": "comments"}
        match request.method, request.path.strip("/").split("/"):
            case "GET", [*_, "issues"]:
                found = [one for one in world["issues"] if one["state"] == "open" and one["label"] == request.args["labels"]]
                return Response(json.dumps(found))
            case "GET", [*_, "notes"]:
                # In pages, as GitLab has them.
                size, page = int(request.args["per_page"]), int(request.args.get("page", 1))
                assert size <= LARGEST_PAGE
                following = str(page + 1) if len(world["comments"]) > size * page else ""
                notes = world["comments"][size * (page - 1) : size * page]
                return Response(json.dumps(notes), headers={"X-Next-Page": following})
            case "POST", [*_, "issues"]:
                number, label = len(world["issues"]) + 1, request.form["labels"]
                said = {"title": request.form["title"], "label": label, "description": request.form["description"]}
                world["issues"].append({"iid": number, "state": "open", **said})
            case "POST", [*_, "notes"]:
                world["comments"].append({"id": len(world["comments"]) + 1, "body": request.form["body"]})
            case "PUT", [*_, ("issues" | "notes") as what, number]:
                said = request.form.to_dict()
                closed = {"state": "closed"} if said.pop("state_event", "") == "close" else {}
                world[kind[what]][int(number) - 1] |= {**said, **closed}
            case _:
                return Response("404 Not Found", 404)
        forge.file.write_text(json.dumps(world))
        return Response("{}", 201)

    server = make_server("127.0.0.1", 0, answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/api/v4"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
