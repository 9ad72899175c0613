"""Two set-ups of one project do not run into each other."""

import subprocess
import threading
from pathlib import Path

from tools.child import run
from tools.exclusive import exclusive


def test_the_second_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    order, said, waiting = list[str](), list[str](), threading.Event()

    def say(line: str) -> None:
        said.append(line)
        waiting.set()

    def second() -> None:
        with exclusive(tmp_path / "lock", say):
            order.append("second")

    with exclusive(tmp_path / "lock", said.append):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(timeout=30)
        order.append("first")
    thread.join(timeout=30)
    assert order == ["first", "second"]
    assert said == ["Another set-up of this project is running: waiting for it to finish."]


def test_a_download_that_outlives_a_killed_set_up_still_holds_the_lock(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock", print):
        run(["sh", "-c", "sleep 30 >/dev/null 2>&1 & echo $! > child"], log=tmp_path / "log", cwd=tmp_path)
    held = subprocess.run(["flock", "--nonblock", tmp_path / "lock", "true"], check=False).returncode
    subprocess.run(["kill", (tmp_path / "child").read_text().strip()], check=True)
    assert held == 1
