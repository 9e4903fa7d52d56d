"""What a sweep cannot do is said at the number or word at fault; what it can do is left alone."""

import pytest

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.text.document import Document
from tests.marked import spans

SWEEP = """
type: sweep
trial:
  command: python main.py --lr ${{search_space.lr}}
  environment: azureml:sklearn:1
sampling_algorithm: random
search_space:
  lr:
    SPACE
objective:
  primary_metric: loss
  goal: minimize
limits:
  max_total_trials: 20
"""

PREVIEW = """
type: sweep_job
algorithm: random
trial:
  command: python main.py --lr {search_space.lr}
  environment: azureml:sklearn:1
  compute:
    target: azureml:cpu-cluster
search_space:
  lr:
    SPACE
objective:
  primary_metric: loss
  goal: minimize
max_total_trials: 20
"""

PIPELINE_STEP = """
type: pipeline
jobs:
  search:
    type: sweep
    compute: azureml:cpu-cluster
    trial:
      command: python main.py --lr ${{search_space.lr}}
      environment: azureml:sklearn:1
    sampling_algorithm: random
    search_space:
      lr: {type: uniform, min_value: 0.1, max_value: 0.9}
    objective:
      primary_metric: loss
      goal: minimize
    limits:
      max_total_trials: 20
"""

UNIFORM = "{type: uniform, min_value: 0.1, max_value: 0.9}"
EARLY = "early_termination:\n  "


def check(text: str, code: str | None, severity: Severity = Severity.ERROR, mended: str = "") -> None:
    """The text between « and » is the only problem; its fix, if one is expected, turns it into `mended`."""
    plain, expected = spans(text)
    found = problems(Document(plain))
    shown = [(one.code, plain[one.span.start : one.span.end], one.message) for one in found]
    assert [(one.code, one.span, one.severity) for one in found] == [
        (code, span, severity) for span in expected
    ], shown
    assert all(len(one.message) <= 120 for one in found), shown
    if mended:
        fix = found[0].fix
        assert fix is not None
        after = plain[: fix.span.start] + fix.text + plain[fix.span.end :]
        assert after == mended.lstrip("\n")
        assert problems(Document(after)) == []


def of(space: str, sweep: str = SWEEP) -> str:
    """A sweep over one hyperparameter, written in flow style."""
    return sweep.replace("SPACE", space)


@pytest.mark.parametrize("sweep", [SWEEP, PREVIEW])
@pytest.mark.parametrize(
    "space",
    [
        UNIFORM,
        "{type: uniform, min_value: 1e-3, max_value: 0.1}",
        "{type: uniform, min_value: -1, max_value: 0}",
        "{type: quniform, min_value: 1, max_value: 100, q: 1}",
        "{type: loguniform, min_value: -6, max_value: -1}",
        "{type: loguniform, min_value: 0.5, max_value: 3}",
        "{type: qloguniform, min_value: 0, max_value: 6, q: 1}",
        "{type: qloguniform, min_value: 0, max_value: 6000, q: 1}",
        "{type: lognormal, mu: -3, sigma: 0.5}",
        "{type: qnormal, mu: 10, sigma: 3, q: 1}",
        "{type: randint, upper: 1}",
        "{type: choice, values: [1]}",
        "{type: choice, values: [adam, sgd]}",
    ],
)
def test_a_right_distribution_is_left_alone(sweep: str, space: str) -> None:
    check(of(space, sweep), None)


@pytest.mark.parametrize("sweep", [SWEEP, PREVIEW])
@pytest.mark.parametrize("kind", ["uniform", "loguniform"])
def test_a_range_that_ends_before_it_starts_is_swapped(sweep: str, kind: str) -> None:
    check(
        of(f"{{type: {kind}, min_value: 0.9, max_value: «0.1»}}", sweep),
        "JL301",
        mended=of(f"{{type: {kind}, min_value: 0.1, max_value: 0.9}}", sweep),
    )


def test_the_bounds_may_stand_in_the_other_order() -> None:
    check(
        of("{type: uniform, max_value: «1», min_value: 2}"),
        "JL301",
        mended=of("{type: uniform, max_value: 2, min_value: 1}"),
    )


def test_bounds_that_yaml_takes_for_text_are_numbers() -> None:
    check(of("{type: uniform, min_value: 1e-1, max_value: «1e-3»}"), "JL301")


def test_equal_bounds_leave_nothing_to_search() -> None:
    check(of("{type: uniform, min_value: 1, max_value: «1.0»}"), "JL301")
    check(of("{type: loguniform, min_value: -1, max_value: «-1»}"), "JL301", Severity.WARNING)


def test_a_mistake_behind_an_anchor_is_one_problem() -> None:
    check(
        of("&lr {type: uniform, min_value: 2, max_value: «1»}\n  other: *lr").replace(
            "${{search_space.lr}}", "${{search_space.lr}} ${{search_space.other}}"
        ),
        "JL301",
    )


def test_a_bound_that_stands_elsewhere_is_not_swapped() -> None:
    plain, expected = spans("tags: {t: &two '2'}\n" + of("{type: uniform, min_value: *two, max_value: «1»}"))
    found = problems(Document(plain))
    assert [(one.code, one.span, one.fix) for one in found] == [("JL301", expected[0], None)]


@pytest.mark.parametrize(
    "space",
    [
        "{type: randint, upper: «0»}",
        "{type: randint, upper: «'-3'»}",
        "{type: normal, mu: 0, sigma: «-1»}",
        "{type: qlognormal, mu: 0, sigma: «-0.5», q: 1}",
        "{type: quniform, min_value: 0, max_value: 9, q: «0»}",
        "{type: qnormal, mu: 0, sigma: 1, q: «-1»}",
    ],
)
def test_a_setting_out_of_range(space: str) -> None:
    check(of(space), "JL302")


@pytest.mark.parametrize(
    "space",
    [
        "{type: normal, mu: 0, sigma: «0»}",
        "{type: quniform, min_value: 0, max_value: 1, q: «2»}",
        "{type: qloguniform, min_value: -6, max_value: -1, q: «1»}",
    ],
)
def test_a_setting_that_leaves_one_value_is_a_warning(space: str) -> None:
    check(of(space), "JL302", Severity.WARNING)


def test_a_choice_needs_values() -> None:
    check(of("{type: choice, values: «[]»}"), "JL303")
    check(SWEEP.replace("lr:\n    SPACE", "«lr»: {type: choice}"), "JL303")


def test_bounds_of_a_loguniform_that_are_no_exponents() -> None:
    check(of("{type: loguniform, min_value: «1e-4», max_value: 0.1}"), "JL304", Severity.WARNING)
    check(of("{type: loguniform, min_value: «0», max_value: 1}"), "JL304", Severity.WARNING)


@pytest.mark.parametrize(
    "space",
    [
        "{type: «uniform», min_value: 0.1, max_value: 0.9}",
        "{type: «randint», upper: 3}",
        "{type: «qnormal», mu: 0, sigma: 1, q: 1}",
    ],
)
def test_a_grid_takes_choices_only(space: str) -> None:
    check(of(space).replace("random", "grid"), "JL305")
    check(of(space).replace("random", "{type: Grid}"), "JL305")
    check(of(space, PREVIEW).replace("random", "grid"), "JL305")


def test_bayesian_sampling_takes_three_distributions() -> None:
    check(of("{type: «normal», mu: 0, sigma: 1}").replace("random", "bayesian"), "JL305")
    check(of(UNIFORM).replace("random", "bayesian"), None)
    check(of("{type: quniform, min_value: 1, max_value: 5, q: 1}").replace("random", "bayesian"), None)


@pytest.mark.parametrize("base", ["«0»", "«-2»", "«1»", "«ten»"])
def test_a_base_that_no_logarithm_has(base: str) -> None:
    check(of(UNIFORM).replace("random", f"{{type: random, logbase: {base}}}"), "JL312")


@pytest.mark.parametrize("base", ["e", "10", "'2.5'"])
def test_a_base_that_a_logarithm_has(base: str) -> None:
    check(of(UNIFORM).replace("random", f"{{type: random, logbase: {base}}}"), None)


def test_few_trials_for_bayesian_sampling() -> None:
    for job in (SWEEP, PREVIEW):
        bayesian = of(UNIFORM, job).replace("random", "bayesian")
        check(bayesian.replace("max_total_trials: 20", "max_total_trials: «19»"), "JL313", Severity.HINT)
        check(bayesian, None)


def test_what_an_option_has_of_its_own_is_checked_too() -> None:
    nested = "{type: choice, values: [{name: net, rate: {type: uniform, min_value: MIN, max_value: MAX}}, 3]}"
    good = nested.replace("MIN", "0").replace("MAX", "1")
    check(of(good), None)
    check(of(nested.replace("MIN", "2").replace("MAX", "«1»")), "JL301")
    check(of(good.replace("uniform", "«uniform»")).replace("random", "grid"), "JL305")


def test_bayesian_sampling_with_early_termination() -> None:
    bayesian = of(UNIFORM).replace("random", "bayesian")
    check(bayesian + "«early_termination»:\n  type: median_stopping\n", "JL306")
    preview = of(UNIFORM, PREVIEW).replace("random", "bayesian")
    check(preview + "«early_termination»:\n  policy_type: median_stopping\n", "JL306")


def test_a_bandit_has_one_slack() -> None:
    sweep = of(UNIFORM) + EARLY
    check(sweep + "type: bandit\n  slack_factor: 0.1\n", None)
    check(sweep + "type: bandit\n  slack_factor: 0.1\n  slack_amount: 0\n", None)
    check(sweep + "type: «bandit»\n  evaluation_interval: 1\n", "JL307")
    check(sweep + "type: «Bandit»\n  slack_factor: null\n", "JL307")
    check(sweep + "type: bandit\n  slack_amount: 0.1\n  «slack_factor»: 0.1\n", "JL307")
    check(of(UNIFORM, PREVIEW) + EARLY + "policy_type: «bandit»\n", "JL307")


@pytest.mark.parametrize("kind", ["truncation_selection", "TruncationSelection"])
@pytest.mark.parametrize("percentage", ["0", "100", "-5"])
def test_a_percentage_out_of_range(kind: str, percentage: str) -> None:
    check(of(UNIFORM) + f"{EARLY}type: {kind}\n  truncation_percentage: «{percentage}»\n", "JL308")


@pytest.mark.parametrize("percentage", ["1", "99"])
def test_a_percentage_in_range(percentage: str) -> None:
    check(of(UNIFORM) + f"{EARLY}type: truncation_selection\n  truncation_percentage: {percentage}\n", None)


def test_intervals_are_not_negative() -> None:
    sweep = of(UNIFORM) + EARLY + "type: median_stopping\n  "
    check(sweep + "evaluation_interval: 0\n  delay_evaluation: 0\n", None)
    check(sweep + "evaluation_interval: «-1»\n", "JL308")
    check(sweep + "delay_evaluation: «-5»\n", "JL308")


@pytest.mark.parametrize("sweep", [SWEEP, PREVIEW])
def test_a_sweep_has_at_least_one_trial(sweep: str) -> None:
    check(of(UNIFORM, sweep).replace("trials: 20", "trials: «0»"), "JL309")
    check(of(UNIFORM, sweep).replace("trials: 20", "trials: 1"), None)
    check(of(UNIFORM, sweep).replace("trials: 20", "trials: 1000"), None)
    check(of(UNIFORM, sweep).replace("trials: 20", "trials: «1001»"), "JL309", Severity.WARNING)


def test_no_more_trials_at_once_than_in_all() -> None:
    sweep = of(UNIFORM) + "  max_concurrent_trials: "
    check(sweep + "20\n", None)
    check(sweep + "«0»\n", "JL309")
    check(sweep + "«21»\n", "JL310", Severity.WARNING, mended=sweep + "20\n")


@pytest.mark.parametrize(
    "metric", ["loss", "val_loss", "test-multi_logloss", "RMSE", "mean_squared_error", "word error rate"]
)
def test_a_loss_is_not_maximized(metric: str) -> None:
    sweep = of(UNIFORM).replace("primary_metric: loss", f"primary_metric: {metric}")
    check(sweep, None)
    check(sweep.replace("minimize", "«Maximize»"), "JL311", Severity.WARNING, mended=sweep)


@pytest.mark.parametrize(
    "metric", ["accuracy", "best_val_acc", "AUC_weighted", "training_f1_score", "R2Score", "recall@10"]
)
def test_an_accuracy_is_not_minimized(metric: str) -> None:
    sweep = of(UNIFORM).replace("primary_metric: loss", f"primary_metric: {metric}")
    check(sweep.replace("minimize", "maximize"), None)
    check(sweep.replace("minimize", "«minimize»"), "JL311", Severity.WARNING)


@pytest.mark.parametrize(
    "metric",
    ["neg_mean_squared_error", "loss_reduction", "accuracy_drop", "random_metric", "acc_loss", "time"],
)
@pytest.mark.parametrize("goal", ["minimize", "maximize"])
def test_a_metric_that_does_not_say_its_direction_is_left_alone(metric: str, goal: str) -> None:
    check(
        of(UNIFORM).replace("primary_metric: loss", f"primary_metric: {metric}").replace("minimize", goal),
        None,
    )


def test_a_sweep_among_the_steps_of_a_pipeline() -> None:
    check(PIPELINE_STEP, None)
    check(PIPELINE_STEP.replace("0.9", "«0.05»"), "JL301")
    check(PIPELINE_STEP.replace("trials: 20", "trials: «0»"), "JL309")


def test_a_range_whose_bounds_are_not_numbers_is_not_judged_here() -> None:
    check(of("{type: uniform, min_value: 0.9, max_value: «low»}"), "JL104")


def test_a_case_that_azure_ml_folds_is_judged_too() -> None:
    check(of("{type: Uniform, min_value: 0.9, max_value: «0.1»}"), "JL301")


AUTOML = """
type: automl
task: image_classification
primary_metric: accuracy
target_column_name: label
training_data: {path: data, type: mltable}
validation_data: {path: data, type: mltable}
compute: azureml:gpu-cluster
limits: {max_trials: 10, max_concurrent_trials: 2}
sweep:
  sampling_algorithm: random
  early_termination: {type: bandit, slack_factor: 0.2}
search_space:
  - model_name: {type: choice, values: [vitb16r224]}
    learning_rate: {type: uniform, min_value: 0.001, max_value: 0.01}
"""


def test_an_automl_job_over_images_is_a_sweep_too() -> None:
    check(AUTOML, None)
    check(AUTOML.replace("0.01}", "«0.0001»}"), "JL301")
    check(AUTOML.replace("bandit, slack_factor: 0.2", "«bandit»"), "JL307")
    check(
        AUTOML.replace(" random", " bayesian")
        .replace("early_", "«early_termination»")
        .replace("»termination", "»"),
        "JL306",
    )
