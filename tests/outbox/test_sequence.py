"""The ids of messages."""

import re
from concurrent.futures import ThreadPoolExecutor

from webapp.outbox.sequence import next_id


def test_ids_follow_each_other() -> None:
    ids = [next_id() for _ in range(2000)]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"[0-9a-f]{24}", own) for own in ids)


def test_threads_never_share_a_moment() -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: next_id(), range(4000)))
    assert len({own[:16] for own in ids}) == 4000
