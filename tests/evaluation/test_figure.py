from firmsim.evaluation.figure import evaluation_figure
from firmsim.evaluation.inference import tabulate


def test_figure_draws_every_method(methods):
    table = tabulate({**methods, "random": methods["noisy"]}, 50, 0)
    figure = evaluation_figure(table, ["encoder"], ["exact", "noisy", "random"])
    assert len(figure.axes) == 8
    named = {text.get_text() for text in figure.legends[0].get_texts()}
    assert named == {"encoder", "a comparator", "best comparator at each length", "random"}


def test_figure_of_firms_without_sectors(methods):
    table = tabulate({**methods, "random": methods["noisy"]}, 50, 0)
    unlabelled = table[table["measure"] == "horizon_spearman"]
    figure = evaluation_figure(unlabelled, ["encoder"], ["exact", "noisy", "random"])
    assert "encoder" in {text.get_text() for text in figure.legends[0].get_texts()}
