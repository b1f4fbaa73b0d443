"""The co-movement objective: a short window's scores should tell the long-run co-movement."""

from __future__ import annotations

from dataclasses import dataclass

import torch


def trajectories(y: torch.Tensor, observed: torch.Tensor, center: torch.Tensor) -> torch.Tensor:
    """Outputs centred across the reference firms each day, 0 where a firm has no growth rate.

    Parameters
    ----------
    y : Tensor of shape (n_days, n_firms, d_out)
        Outputs of the encoder.
    observed : Tensor of shape (n_days, n_firms)
        1 where the firm has a growth rate, 0 where it is missing.
    center : Tensor of shape (n_days, 1, d_out)
        Mean output of the reference firms.

    Returns
    -------
    Tensor of shape (n_firms, n_days, d_out)
        One trajectory a firm.
    """
    return ((y - center) * observed[:, :, None]).transpose(0, 1)


def daily_mean(y: torch.Tensor, observed: torch.Tensor) -> torch.Tensor:
    """Mean output of the firms that have a growth rate, day by day.

    Parameters
    ----------
    y : Tensor of shape (n_days, n_firms, d_out)
        Outputs.
    observed : Tensor of shape (n_days, n_firms)
        1 where the firm has a growth rate, 0 where it is missing.

    Returns
    -------
    Tensor of shape (n_days, 1, d_out)
        The mean; 0 on a day without any firm.
    """
    total = torch.einsum("tnd,tn->td", y, observed)
    return (total / observed.sum(1, keepdim=True).clamp_min(1)).unsqueeze(1)


@dataclass(frozen=True)
class Traces:
    """What an encoder makes of some firms over a window.

    Attributes
    ----------
    paths : Tensor of shape (n_firms, n_days, d_path)
        Trajectories, 0 on missing days.
    broad, close : Tensor of shape (n_firms, K)
        Exposures to portfolios: as the window weighs them, and as the long run does.
    ranks : Tensor of shape (n_firms, n_days, 1)
        Centred normal scores, 0 on missing days.
    observed : Tensor of shape (n_days, n_firms)
        1 where the firm has a growth rate, 0 where it is missing.
    """

    paths: torch.Tensor
    broad: torch.Tensor
    close: torch.Tensor
    ranks: torch.Tensor
    observed: torch.Tensor


def cosine(
    left: torch.Tensor,
    right: torch.Tensor,
    left_there: torch.Tensor,
    right_there: torch.Tensor,
) -> torch.Tensor:
    r"""Cosine of two sets of trajectories over the days that both firms have.

    .. math::
        s_{ij} = \frac{\sum_t \langle y_{it}, y_{jt}\rangle}
                      {\sqrt{\sum_t |y_{it}|^2 m_{jt}}\,\sqrt{\sum_t |y_{jt}|^2 m_{it}}}

    Parameters
    ----------
    left : Tensor of shape (n_left, n_days, d_out)
        Trajectories, 0 on missing days.
    right : Tensor of shape (n_right, n_days, d_out)
        Trajectories, 0 on missing days.
    left_there, right_there : Tensor of shape (n_days, n_left), (n_days, n_right)
        The masks m.

    Returns
    -------
    Tensor of shape (n_left, n_right)
        Scores; 0 where two firms have no day in common or one does not move.
    """
    product, *energies = _products(left, right, left_there, right_there)
    return _normalised(product, *energies)


def blend(
    left: Traces,
    right: Traces,
    weights: torch.Tensor,
    sharpness: torch.Tensor,
    share: torch.Tensor,
) -> torch.Tensor:
    r"""Broad and close similarity of two sets of firms in one score.

    .. math::
        s_{ij} = (1 - a)\,b_{ij} + a\,e^{\kappa (c_{ij} - 1)}, \quad
        b_{ij} = \frac{B_{ij}}{\sqrt{B_{ii} B_{jj}}}, \quad
        B_{ij} = \langle e_i, e_j\rangle + w \overline{\langle y_{it}, y_{jt}\rangle}
                 + v \overline{r_{ik} r_{jk}}

    with means over the days t that both firms have and over the right firms k, r being the cosine
    of trajectories. The last term is a second-order proximity (Tang et al. 2015): alike are those
    that are like the same firms. c is the cosine of close exposures and trajectories, without it.
    b ranks all pairs, and the exponential, which is near 0 for most of them, brings a firm's
    nearest to the front. Where no day is missing, all three are positive semidefinite kernels of
    the right firms, and so is their sum.

    Parameters
    ----------
    left, right : Traces
        Of n_left and n_right firms, on the same days.
    weights : Tensor of shape (3,)
        w of the trajectories in b and in c, and v.
    sharpness : Tensor
        kappa, above 0.
    share : Tensor
        a, in [0, 1].

    Returns
    -------
    Tensor of shape (n_left, n_right)
        Scores; 0 where two firms have no day in common.
    """
    common = left.observed.T @ right.observed
    paths = [
        value / common.clamp_min(1)
        for value in _products(left.paths, right.paths, left.observed, right.observed)
    ]
    of_left = of_right = _normalised(*paths)
    if left is not right:
        of_right = cosine(right.paths, right.paths, right.observed, right.observed)
    in_broad, in_close, second = weights[0], weights[1], weights[2] / max(len(of_right), 1)
    broad = [
        e + in_broad * y + second * r
        for e, y, r in zip(
            _inner(left.broad, right.broad), paths, _inner(of_left, of_right), strict=True
        )
    ]
    close = [e + in_close * y for e, y in zip(_inner(left.close, right.close), paths, strict=True)]
    near = (sharpness * (_normalised(*close) - 1)).exp()
    return ((1 - share) * _normalised(*broad) + share * near) * (common > 0)


def _inner(left: torch.Tensor, right: torch.Tensor) -> list[torch.Tensor]:
    """Products of rows, and the squares of either side as a column and a row."""
    return [left @ right.T, left.square().sum(1)[:, None], right.square().sum(1)]


def _products(
    left: torch.Tensor, right: torch.Tensor, left_there: torch.Tensor, right_there: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Sums over common days of the products of two trajectories, and of each one's square."""
    product = left.flatten(1) @ right.flatten(1).T
    left_energy = left.square().sum(2) @ right_there
    right_energy = left_there.T @ right.square().sum(2).T
    return product, left_energy, right_energy


def _normalised(
    product: torch.Tensor, left_energy: torch.Tensor, right_energy: torch.Tensor
) -> torch.Tensor:
    """Product over the roots of both energies; 0 where one of them is."""
    scores: torch.Tensor = product * (left_energy * right_energy).clamp_min(1e-12).rsqrt()
    return scores


def softmax_loss(
    score: torch.Tensor,
    target: torch.Tensor,
    known: torch.Tensor,
    log_temperature: torch.Tensor,
    softness: float,
) -> torch.Tensor:
    r"""Divergence of each firm's neighbourhood from its long-run neighbourhood.

    .. math:: \frac{1}{n}\sum_i KL\left(\mathrm{softmax}_j(c_{ij}/\tau)\,\|\,
              \mathrm{softmax}_j(\beta s_{ij})\right), \quad (i, j) \text{ known}

    The neighbour-embedding loss of Hinton and Roweis (2002) with a given target.

    Parameters
    ----------
    score, target : Tensor of shape (n_firms, n_firms)
        Scores s of the window and long-run co-movement c.
    known : Tensor of bool, shape (n_firms, n_firms)
        Pairs whose long-run co-movement is known; False on the diagonal. Other pairs, and firms
        without any known pair, do not count.
    log_temperature : Tensor
        Logarithm of beta, learned.
    softness : float
        tau; smaller looks at fewer neighbours.

    Returns
    -------
    Tensor
        A number, at least 0.
    """
    own = torch.log_softmax((score * log_temperature.exp()).masked_fill(~known, -1e4), dim=1)
    wanted = torch.softmax((target / softness).masked_fill(~known, -1e4), dim=1)
    total = torch.nn.functional.kl_div(own, wanted, reduction="sum")
    return total / known.any(1).sum().clamp_min(1)


def correlation_loss(
    score: torch.Tensor, target: torch.Tensor, known: torch.Tensor
) -> torch.Tensor:
    """One minus the correlation of the two score matrices over the known pairs.

    Parameters
    ----------
    score, target : Tensor of shape (n_firms, n_firms)
        Symmetric.
    known : Tensor of bool, shape (n_firms, n_firms)
        Pairs that count; symmetric, False on the diagonal.

    Returns
    -------
    Tensor
        Between 0 and 2; 1 when fewer than two pairs are known.
    """
    i, j = known.triu(1).nonzero(as_tuple=True)
    if len(i) < 2:
        return 1 + 0 * score.sum()
    centred = [matrix[i, j] - matrix[i, j].mean() for matrix in (score, target)]
    s, c = (values / values.norm().clamp_min(1e-12) for values in centred)
    loss: torch.Tensor = 1 - s @ c
    return loss
