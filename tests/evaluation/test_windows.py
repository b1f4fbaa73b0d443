import pandas as pd
import pytest

from firmsim.config import Evaluation
from firmsim.errors import ConfigError
from firmsim.evaluation.windows import WHOLE, Window, read_windows, rolling_windows
from firmsim.files import write_csv

SETTINGS = Evaluation(windows=[20, 100], stride=30, horizon=80, min_horizon=50)


def test_windows_roll_after_the_fit_period_and_leave_days_to_judge():
    windows = rolling_windows(300, 100, SETTINGS)
    assert windows == [
        Window("20", 100, 120, 200),
        Window("20", 130, 150, 230),
        Window("20", 160, 180, 260),
        Window("20", 190, 210, 290),
        Window("20", 220, 240, 300),
        Window("100", 100, 200, 280),
        Window("100", 150, 250, 300),
        Window(WHOLE, 0, 100, 180),
    ]


def test_no_day_is_both_scored_and_judged():
    for window in rolling_windows(300, 100, SETTINGS):
        assert window.start < window.end < window.judged <= 300
        assert window.judged - window.end >= 50
        assert window.name == WHOLE or window.start >= 100


def test_what_does_not_fit_is_refused():
    with pytest.raises(
        ConfigError, match=r"^windows: 100 days .* of 50 .* the 149 days after"
    ) as caught:
        rolling_windows(249, 100, SETTINGS)
    assert caught.value.parameter == "windows"


def test_come_back_from_a_file(tmp_path):
    windows = rolling_windows(300, 100, SETTINGS)
    write_csv(pd.DataFrame(windows), tmp_path / "windows.csv")
    assert read_windows(tmp_path / "windows.csv") == windows
