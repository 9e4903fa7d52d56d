"""Early termination on learning curves worked out by hand, and on the examples of Azure's own pages."""

import math
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pytest

from joblens.engine.sweep import termination
from joblens.errors import JobFileError

NAN = math.nan
Reports = Sequence[tuple[int, float]]


def stopped(
    settings: Mapping[str, object], goal: str, reports: Reports, finished: Collection[int] = ()
) -> list[tuple[int, int]]:
    """Which trials are stopped, each after how many reports; then nothing more comes of it."""
    policy = termination.policy(settings, goal)
    curves: dict[int, list[float]] = {}
    found: list[tuple[int, int]] = []
    for trial, value in reports:
        if trial in dict(found):
            continue
        curves.setdefault(trial, []).append(value)
        if trial not in finished and policy.stops(trial, curves, finished) is not None:
            found.append((trial, len(curves[trial])))
    return found


def in_turn(*curves: Sequence[float]) -> list[tuple[int, float]]:
    """The reports of trials that go on side by side."""
    longest = max(map(len, curves))
    return [(n, curve[i]) for i in range(longest) for n, curve in enumerate(curves) if i < len(curve)]


def after(*curves: Sequence[float]) -> list[tuple[int, float]]:
    """The reports of trials that run one after another."""
    return [(n, value) for n, curve in enumerate(curves) for value in curve]


def bandit(**settings: object) -> dict[str, object]:
    return {"type": "bandit", **settings}


def truncation(percentage: object, **settings: object) -> dict[str, object]:
    return {"type": "truncation_selection", "truncation_percentage": percentage, **settings}


MEDIAN = {"type": "median_stopping"}


def test_bandit_ends_what_is_below_0_66_at_interval_10_when_the_best_has_0_8_and_the_factor_is_0_2():
    curves = in_turn([0.8] * 10, [0.66] * 10, [0.67] * 10)
    assert stopped(bandit(slack_factor=0.2, evaluation_interval=10), "maximize", curves) == [(1, 10)]


def test_bandit_with_an_interval_of_100_ends_a_run_whose_value_with_a_fifth_more_is_below_the_best():
    curves = after([0.8] * 300, [0.7] * 300, [0.6] * 300)  # 0.7 * 1.2 = 0.84, 0.6 * 1.2 = 0.72
    assert stopped(bandit(slack_factor=0.2, evaluation_interval=100), "maximize", curves) == [(2, 100)]


def test_a_delay_of_200_puts_the_first_application_at_interval_200():
    settings = bandit(slack_factor=0.2, evaluation_interval=100, delay_evaluation=200)
    assert stopped(settings, "maximize", after([0.8] * 300, [0.6] * 300)) == [(1, 200)]


def test_bandit_with_an_amount_of_0_2_ends_what_is_below_0_6_when_the_best_has_0_8():
    curves = after([0.8] * 100, [0.6] * 100, [0.59] * 100)
    assert stopped(bandit(slack_amount=0.2, evaluation_interval=100), "maximize", curves) == [(2, 100)]


def test_bandit_from_interval_5_on_ends_what_is_below_91_percent_of_the_best():
    settings = bandit(slack_factor=0.1, delay_evaluation=5, evaluation_interval=1)
    curves = in_turn([0.8] * 8, [0.73] * 8, [0.72] * 8, [0.74] * 6 + [0.75] * 2)
    assert stopped(settings, "maximize", curves) == [(2, 5)]


def test_bandit_compares_the_best_of_a_trial_not_its_last_value():
    assert stopped(bandit(slack_amount=0.1), "maximize", after([0.8, 0.8], [0.75, 0.2])) == []


def test_bandit_compares_with_what_others_had_at_the_same_interval():
    older = [0.3, 0.6, 0.9]
    assert stopped(bandit(slack_factor=0.2), "maximize", after(older, [0.3, 0.5, 0.7])) == [(1, 3)]


def test_bandit_lets_the_smallest_value_be_the_best_when_the_goal_is_to_minimize():
    curves = after([0.5] * 2, [0.6] * 2, [0.61] * 2)
    assert stopped(bandit(slack_factor=0.2), "minimize", curves) == [(2, 1)]
    assert stopped(bandit(slack_amount=0.05), "minimize", curves) == [(1, 1), (2, 1)]


@pytest.mark.parametrize(("goal", "sign"), [("maximize", -1), ("minimize", 1)])
def test_bandit_leaves_as_much_room_below_zero_as_above(goal, sign):
    # As a score of -0.5 to be maximised: down to -0.6; as a loss of 0.5: up to 0.6.
    curves = after([sign * 0.5], [sign * 0.59], [sign * 0.61])
    assert stopped(bandit(slack_factor=0.2), goal, curves) == [(2, 1)]


def test_bandit_with_a_negative_loss_ends_no_trial_that_is_as_good_as_the_best():
    curves = after([-0.6], [-0.6], [-0.51], [-0.49])  # down from -0.6/1.2 = -0.5
    assert stopped(bandit(slack_factor=0.2), "minimize", curves) == [(3, 1)]


def test_a_best_of_zero_leaves_no_room_for_a_factor():
    assert stopped(bandit(slack_factor=0.2), "minimize", after([0.0], [0.0], [0.01])) == [(2, 1)]


def test_what_is_just_within_the_slack_is_not_ended_for_a_rounded_last_digit():
    assert 0.8 - 0.1 > 0.7
    assert stopped(bandit(slack_amount=0.1), "maximize", after([0.8], [0.7])) == []


def test_a_better_trial_that_comes_later_ends_an_earlier_one_at_its_next_report():
    assert stopped(bandit(slack_factor=0.1), "maximize", in_turn([0.5, 0.5], [0.9, 0.9])) == [(0, 2)]


def test_median_stopping_ends_a_trial_whose_best_is_worse_than_the_median_of_averages():
    # At interval 3 the averages are 2, 1.5 (or 1.75) and, of two reports, 3: so the median is 2.
    settings = {**MEDIAN, "delay_evaluation": 3}
    assert stopped(settings, "maximize", in_turn([1, 2, 3], [1.25, 1.5, 1.75], [3, 3, 3])) == [(1, 3)]
    assert stopped(settings, "maximize", in_turn([1, 2, 3], [1.75, 1.5, 2], [3, 3, 3])) == []


def test_median_stopping_from_interval_5_on_averages_intervals_1_to_5():
    settings = {**MEDIAN, "delay_evaluation": 5, "evaluation_interval": 1}
    good = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0]  # by the fifth: 0.7
    fair = [0.4, 0.5, 0.6, 0.7, 0.8, 0.8, 0.8]  # by the fifth: 0.6
    assert stopped(settings, "maximize", after(good, fair, [0.1] * 4 + [0.61])) == []
    # Averages by the fifth report: 0.7, 0.6 and 0.2; the median 0.6 is more than its best, 0.59.
    assert stopped(settings, "maximize", after(good, fair, [0.1] * 4 + [0.59] * 3)) == [(2, 5)]


def test_median_stopping_counts_its_own_average_and_what_younger_trials_have_so_far():
    # At its second report the averages are 4, 1 (of one report), and its own 2.5: the median is 2.5 < 3.
    assert (
        stopped({**MEDIAN, "delay_evaluation": 2}, "maximize", [(0, 4), (0, 4), (1, 1), (2, 2), (2, 3)]) == []
    )


def test_median_stopping_minimizes():
    losses = after([1.0, 0.5], [2.0, 1.5], [3.0, 2.8])  # by the second: 0.75, 1.75, 2.9
    assert stopped({**MEDIAN, "delay_evaluation": 2}, "minimize", losses) == [(1, 2), (2, 2)]


def test_curves_that_are_equal_end_none_of_them_though_sums_are_rounded():
    assert sum([0.1] * 3) / 3 > 0.1
    assert stopped(MEDIAN, "maximize", in_turn(*[[0.1] * 6] * 5)) == []
    assert stopped(bandit(slack_factor=0), "maximize", in_turn(*[[0.1] * 6] * 5)) == []
    assert stopped(truncation(50), "maximize", in_turn(*[[0.1] * 6] * 5)) == []


def test_truncation_selection_ends_the_lowest_20_percent_at_interval_5():
    settings = truncation(20, delay_evaluation=5, exclude_finished_jobs=True)
    curves = [[value] * 5 for value in (0.9, 0.8, 0.7, 0.6, 0.5)]
    assert stopped(settings, "maximize", in_turn(*curves)) == [(4, 5)]
    assert stopped(settings, "maximize", in_turn(*curves[:4])) == []  # a quarter is more than 20 %


def test_truncation_selection_ends_as_many_as_the_percentage_allows():
    curves = in_turn(*[[value / 10] for value in range(10, 0, -1)])
    # The last three of ten; those before were ranked among fewer: of 4 the worst is 25 %, of 7 the worst two.
    assert stopped(truncation(30), "maximize", curves) == [(n, 1) for n in range(3, 10)]
    later = [(9, 0.1), *((n, 1 - n / 10) for n in range(9))]
    assert stopped(truncation(10), "maximize", later) == []  # of 10, the ninth is the worst but one


def test_truncation_selection_ranks_what_trials_had_at_the_same_interval():
    older = [[0.2, 0.9], [0.3, 0.9], [0.4, 0.9], [0.5, 0.9]]
    assert stopped(truncation(20, delay_evaluation=1), "maximize", after(*older, [0.25])) == []
    assert stopped(truncation(20, delay_evaluation=2), "maximize", after(*older, [0.25, 0.6])) == [(4, 2)]


def test_truncation_selection_ranks_the_best_of_the_intervals_so_far():
    assert stopped(truncation(50), "maximize", after([0.5, 0.6], [0.9, 0.1])) == []


def test_trials_that_were_ended_before_an_interval_are_not_ranked_at_it():
    # At 1 the worst of four is ended, at 2 the worst of three is 33 %: none; with 34 % each time one.
    curves = in_turn(*[[value] * 3 for value in (0.9, 0.8, 0.7, 0.6)])
    assert stopped(truncation(34), "maximize", curves) == [(2, 1), (3, 1)]
    assert stopped(truncation(34, delay_evaluation=3), "maximize", curves) == [(2, 3), (3, 3)]


def test_truncation_selection_can_leave_finished_trials_out():
    reports = after([0.9], [0.8], [0.7], [0.6])
    finished = {0, 1, 2}
    assert stopped(truncation(25), "maximize", reports, finished) == [(3, 1)]
    assert stopped(truncation(25, exclude_finished_jobs=True), "maximize", reports, finished) == []


def test_truncation_selection_minimizes():
    assert stopped(truncation(25), "minimize", after([0.1], [0.2], [0.3], [0.4])) == [(3, 1)]


def test_a_trial_that_ties_with_one_outside_of_the_percentage_goes_on():
    curves = {0: [0.9], 1: [0.5], 2: [0.5]}
    assert termination.policy(truncation(66), "maximize").stops(2, curves, ()) is None
    assert termination.policy(truncation(67), "maximize").stops(2, curves, ()) is not None


@pytest.mark.parametrize("goal", ["maximize", "minimize"])
@pytest.mark.parametrize(
    "settings", [bandit(slack_factor=0.1), bandit(slack_amount=0), MEDIAN, truncation(99)]
)
def test_a_trial_alone_is_never_ended(settings, goal):
    assert stopped(settings, goal, after([0.5, 0.9, 0.1, NAN, -3])) == []


@pytest.mark.parametrize("settings", [bandit(slack_factor=9), MEDIAN, truncation(50)])
@pytest.mark.parametrize("goal", ["maximize", "minimize"])
def test_a_trial_that_reports_no_number_is_ended_as_the_worst(settings, goal):
    assert stopped(settings, goal, after([1.0], [NAN])) == [(1, 1)]


@pytest.mark.parametrize("settings", [bandit(slack_factor=0.1), MEDIAN, truncation(50)])
def test_a_report_that_is_no_number_counts_as_an_interval_and_spoils_nothing(settings):
    settings = {**settings, "delay_evaluation": 3}
    assert stopped(settings, "maximize", after([0.8, NAN, 0.8], [NAN, 0.8, NAN], [0.1, NAN, 0.1])) == [(2, 3)]


@pytest.mark.parametrize("settings", [bandit(slack_factor=0.1), MEDIAN, truncation(50)])
def test_a_loss_that_became_infinite_is_the_worst(settings):
    assert stopped(settings, "minimize", after([1.0], [math.inf])) == [(1, 1)]


def test_without_a_number_from_anybody_none_is_ended_by_comparing():
    assert stopped(bandit(slack_factor=0.1), "minimize", after([NAN], [NAN])) == []
    assert stopped(MEDIAN, "minimize", after([NAN], [NAN])) == []


def test_the_policy_applies_at_multiples_of_the_interval_that_are_not_below_the_delay():
    settings = bandit(slack_amount=0, evaluation_interval=2, delay_evaluation=5)
    bad_for_one_report = [[2.0] * n + [0.0] * 9 for n in range(9)]
    for curve in bad_for_one_report:
        assert stopped(settings, "maximize", after([1.0] * 20, [0.5] * 9)) == [(1, 6)]
        assert stopped(settings, "maximize", after([1.0] * 20, curve)) in ([], [(1, 6)])


@pytest.mark.parametrize("interval", [0, None, "1", 1])
def test_an_interval_that_is_left_out_or_0_or_in_quotes_is_1(interval):
    settings = bandit(slack_amount="1e-1", evaluation_interval=interval)
    assert stopped(settings, "maximize", after([1.0], [0.5])) == [(1, 1)]


@pytest.mark.parametrize(
    "word", ["truncation_selection", "TruncationSelection", "TRUNCATION_SELECTION", "truncation"]
)
def test_the_words_of_all_dialects_mean_the_same(word):
    assert stopped({**truncation(50), "type": word}, "Maximize", after([1.0], [0.5])) == [(1, 1)]


@pytest.mark.parametrize("settings", [None, {}, {"type": None}, {"type": "none"}])
def test_without_a_policy_no_trial_is_ended(settings):
    policy = termination.policy(settings, "maximize")
    assert policy.stops(1, {0: [1.0], 1: [0.0]}, ()) is None


def test_the_reason_tells_the_numbers():
    told = termination.policy(bandit(slack_factor=0.2, evaluation_interval=2), "maximize")
    assert told.stops(1, {0: [0.5, 0.8], 1: [0.6, 0.65]}, ()) == (
        "After 2 reports its best value is 0.65; the best trial's 0.8 allows 0.666667 "
        "(bandit, slack_factor 0.2)."
    )
    told = termination.policy(MEDIAN, "minimize")
    assert told.stops(1, {0: [1.0], 1: [4.0], 2: [2.0]}, ()) == (
        "After its first report its best value is 4, worse than 2, the median of 3 trials' running averages "
        "(median_stopping)."
    )
    told = termination.policy(truncation(40), "minimize")
    assert told.stops(1, {0: [1.0], 1: [NAN], 2: [2.0]}, ()) == (
        "After its first report its best value, not a number, is among the worst 40 % of 3 trials "
        "(truncation_selection)."
    )


@pytest.mark.parametrize("settings", [bandit(slack_factor=0.1), MEDIAN, truncation(50)])
def test_what_a_trial_reported_before_it_began_again_counts_no_more(settings):
    policy = termination.policy(settings, "maximize")
    curves = {0: [0.9], 1: [0.5]}
    assert policy.stops(1, curves, ()) is not None
    curves[0] = [0.1]  # it began again, and is as long as it was
    assert policy.stops(1, curves, ()) is None
    del curves[0]
    assert policy.stops(1, curves, ()) is None


def simply(settings: Mapping[str, object], goal: str, trial: int, curves: Mapping[int, list[float]]) -> bool:
    """The definitions once more, without any sums."""
    sign = 1 if goal == "maximize" else -1
    upto = len(curves[trial])
    best = {n: max(sign * v for v in curve[:upto]) for n, curve in curves.items()}
    own = best[trial]
    if settings["type"] == "bandit":
        return own < max(best.values()) - float(str(settings["slack_amount"]))
    if settings["type"] == "median_stopping":
        averages = sorted(sign * sum(c[:upto]) / len(c[:upto]) for c in curves.values())
        half = len(averages) // 2
        return own < (averages[half] if len(averages) % 2 else (averages[half - 1] + averages[half]) / 2)
    ranked = [best[n] for n, curve in curves.items() if len(curve) >= upto]
    return sum(each <= own for each in ranked) * 100 <= float(str(settings["truncation_percentage"])) * len(
        ranked
    )


@pytest.mark.parametrize("goal", ["maximize", "minimize"])
@pytest.mark.parametrize("settings", [bandit(slack_amount=0.2), MEDIAN, truncation(35)])
def test_sums_decide_as_all_reports_would(settings, goal):
    drawn = random.Random(7)
    policy, curves = termination.policy(settings, goal), dict[int, list[float]]()
    decisions = []
    for _ in range(1500):
        trial = drawn.randrange(40)
        curves.setdefault(trial, []).append(drawn.random() + trial / 40)
        decided = policy.stops(trial, curves, ()) is not None
        decisions.append(decided)
        assert decided == simply(settings, goal, trial, curves)
    assert 50 < sum(decisions) < 1450


class Watched(list[float]):
    """A curve that counts what is read of it."""

    read = 0

    def __iter__(self) -> Iterator[float]:
        Watched.read += len(self)
        return super().__iter__()

    def __getitem__(self, place: Any) -> Any:
        Watched.read += len(super().__getitem__(place)) if isinstance(place, slice) else 1
        return super().__getitem__(place)


@pytest.mark.parametrize("settings", [bandit(slack_factor=0.5), MEDIAN, truncation(20)])
def test_a_decision_reads_no_report_again(settings):
    drawn = random.Random(1)
    curves = {trial: Watched(drawn.random() for _ in range(50)) for trial in range(100)}
    policy = termination.policy(settings, "maximize")
    policy.stops(0, curves, ())
    before = Watched.read
    for trial in range(100):
        curves[trial].append(drawn.random())
        policy.stops(trial, curves, ())
    assert Watched.read - before == 100


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (bandit(), "no slack"),
        (bandit(slack_factor=0.1, slack_amount=0.1), "both slack_factor and slack_amount"),
        (bandit(slack_factor=-0.1), "'slack_factor' cannot be -0.1"),
        (bandit(slack_amount=-1), "'slack_amount' cannot be -1"),
        (bandit(slack_amount="much"), "no number: 'much'"),
        (bandit(slack_amount=1, evaluation_interval=-1), "'evaluation_interval' cannot be -1"),
        ({**MEDIAN, "delay_evaluation": 1.5}, "'delay_evaluation' cannot be 1.5"),
        (truncation(None), "'truncation_percentage' is missing"),
        (truncation(0), "'truncation_percentage' cannot be 0"),
        (truncation(100), "'truncation_percentage' cannot be 100"),
        ({"type": "hyperband"}, "no early termination policy 'hyperband'"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(settings, words):
    with pytest.raises(JobFileError, match=words):
        termination.policy(settings, "maximize")


def test_a_slack_of_0_beside_the_other_is_none():
    assert stopped(bandit(slack_factor=0, slack_amount=0.2), "maximize", after([0.8], [0.7], [0.5])) == [
        (2, 1)
    ]
