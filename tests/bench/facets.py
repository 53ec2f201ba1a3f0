"""Facets: the time to count 100,000 matching passages by each property.

    python tests/bench/facets.py [PASSAGES]

Entries are made up, of few words that are in all of them, 2,000 speakers, 60 countries,
200 sources and the days of ten years.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from searchkit.engines import open_engine
from searchkit.facets import FACETS, count_by
from searchkit.query import Term
from searchkit.records import Entry


def entries(count: int) -> Iterator[Entry]:
    rng = random.Random(5)
    for number in range(count):
        document = number // 20
        day = 20150101 + 10_000 * rng.randrange(10) + 100 * rng.randrange(12) + rng.randrange(28)
        yield Entry(
            f"d{document}:{number}",
            f"d{document}",
            {"text": (("treaty", "=treaty"), (f"w{rng.randrange(500)}",))},
            {
                "speaker": (f"Speaker {int(rng.paretovariate(0.6)) % 2_000}",),
                "country": (f"C{rng.randrange(60)}",),
                "source": (f"Source {rng.randrange(200)}",),
                "kind": (rng.choice(["direct", "reported", "narration"]),),
                "language": (rng.choice(["en", "fr"]),),
                "form": (rng.choice(["news", "statement"]),),
            },
            day,
            day,
        )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine("whoosh", Path(folder))
        engine.update((), entries(count), 1)
        for name in (*([facet] for facet in FACETS), list(FACETS)):
            times = []
            for _ in range(5):
                begun = time.perf_counter()
                facets = count_by(engine, Term("text", "treaty"), name)
                times.append(time.perf_counter() - begun)
            assert all(sum(n for _, n in facet.rows) == count for facet in facets)
            print(f"{'all nine' if len(name) > 1 else name[0]:<10} {1000 * min(times):7.1f} ms")
        engine.close()


if __name__ == "__main__":
    main()
