"""Threads that ask Azure, and their end."""

import threading
from contextlib import closing

from joblens.azure.errands import Errands


def test_its_threads_end_with_what_they_were_told_last() -> None:
    go = threading.Event()
    with closing(Errands(3)) as errands:
        names = [errands.run(threading.current_thread) for _ in range(3)]
        waits = errands.run(go.wait)
    threads = {name.result() for name in names}
    go.set()
    assert waits.result()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
