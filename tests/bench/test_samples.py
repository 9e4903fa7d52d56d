"""A series counts right answers only, and says how many were asked for."""

from bench.samples import Samples, Series


def test_a_wrong_answer_gives_no_time() -> None:
    series = Series()
    series.add(1.0)
    series.add(0.001, right=False)
    series.add(None)
    assert (series.seconds, series.asked) == ([1.0], 3)


def test_the_median_and_the_95th_percentile_lie_between_the_nearest_times() -> None:
    series = Series()
    for seconds in (4.0, 1.0, 3.0, 2.0):
        series.add(seconds)
    assert series.median == 2.5
    assert round(series.p95, 6) == 3.85


def test_measures_keep_the_order_they_were_taken_in() -> None:
    samples = Samples()
    for name in ("hover", "completion", "hover"):
        samples[name].add(1.0)
    assert list(samples) == ["hover", "completion"]
    assert samples["hover"].asked == 2
