"""Scores of pairs of firms in a window, and the losses that compare them with a target."""

from __future__ import annotations

from dataclasses import dataclass

import torch


def trajectories(y: torch.Tensor, observed: torch.Tensor, center: torch.Tensor) -> torch.Tensor:
    """Outputs, centred on the reference firms each day; 0 where a firm has no growth rate.

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
        One trajectory per firm.
    """
    return ((y - center) * observed[:, :, None]).transpose(0, 1)


def daily_mean(y: torch.Tensor, observed: torch.Tensor) -> torch.Tensor:
    """Mean output per day of the firms that have a growth rate.

    Parameters
    ----------
    y : Tensor of shape (n_days, n_firms, d_out)
        Outputs.
    observed : Tensor of shape (n_days, n_firms)
        1 where the firm has a growth rate, 0 where it is missing.

    Returns
    -------
    Tensor of shape (n_days, 1, d_out)
        0 on a day without any firm.
    """
    total = torch.einsum("tnd,tn->td", y, observed)
    return (total / observed.sum(1, keepdim=True).clamp_min(1)).unsqueeze(1)


@dataclass(frozen=True)
class Traces:
    """Trajectories and exposures of some firms over a window.

    Attributes
    ----------
    paths : Tensor of shape (n_firms, n_days, d_path)
        Trajectories, 0 on missing days.
    broad, close : Tensor of shape (n_firms, K)
        Exposures to portfolios, weighted for the window and for the long run.
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
    left_observed: torch.Tensor,
    right_observed: torch.Tensor,
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
    left_observed, right_observed : Tensor of shape (n_days, n_left), (n_days, n_right)
        Masks m: 1 where a firm has a growth rate, else 0.

    Returns
    -------
    Tensor of shape (n_left, n_right)
        Scores; 0 where two firms share no day or one does not move.

    Examples
    --------
    >>> import torch
    >>> paths = torch.tensor([[1.0, -1.0, 2.0], [2.0, -2.0, 9.0]])[:, :, None]  # two firms
    >>> observed = torch.tensor([[1.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    >>> paths = paths * observed.T[:, :, None]
    >>> cosine(paths, paths, observed, observed)  # over the two days that both have
    tensor([[1., 1.],
            [1., 1.]])
    """
    product, *energies = _products(left, right, left_observed, right_observed)
    return _normalised(product, *energies)


def blend(
    left: Traces,
    right: Traces,
    weights: torch.Tensor,
    sharpness: torch.Tensor,
    share: torch.Tensor,
) -> torch.Tensor:
    r"""Score of each pair of firms: a blend of broad and close similarity.

    .. math::
        s_{ij} = (1 - a)\,b_{ij} + a\,e^{\kappa (c_{ij} - 1)}, \quad
        b_{ij} = \frac{B_{ij}}{\sqrt{B_{ii} B_{jj}}}, \quad
        B_{ij} = \langle e_i, e_j\rangle + w \overline{\langle y_{it}, y_{jt}\rangle}
                 + v \overline{r_{ik} r_{jk}}

    The means run over the days t that both firms have, and over the right firms k; r is the cosine
    of trajectories. The term with v is a second-order proximity: two firms are similar if they are
    similar to the same firms (Tang et al. 2015, *WWW*). The close similarity c is the cosine of
    close exposures and trajectories, without that term.

    The broad part b ranks all pairs. The exponential is near 0 for most pairs and ranks the nearest
    firms. Where no day is missing, each part is a positive semidefinite kernel of the right firms,
    and so is the score.

    Parameters
    ----------
    left, right : Traces
        n_left and n_right firms, on the same days.
    weights : Tensor of shape (3,)
        w in b, w in c, and v.
    sharpness : Tensor
        kappa, above 0.
    share : Tensor
        a, in [0, 1].

    Returns
    -------
    Tensor of shape (n_left, n_right)
        Scores; 0 where two firms share no day.
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
    """Products of rows, and the squares of the left rows (column) and right rows (row)."""
    return [left @ right.T, left.square().sum(1)[:, None], right.square().sum(1)]


def _products(
    left: torch.Tensor,
    right: torch.Tensor,
    left_observed: torch.Tensor,
    right_observed: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Sums over shared days of the products of two trajectories, and of the square of each."""
    product = left.flatten(1) @ right.flatten(1).T
    left_energy = left.square().sum(2) @ right_observed
    right_energy = left_observed.T @ right.square().sum(2).T
    return product, left_energy, right_energy


def _normalised(
    product: torch.Tensor, left_energy: torch.Tensor, right_energy: torch.Tensor
) -> torch.Tensor:
    """Product over the roots of both energies; 0 where one of them is 0."""
    scores: torch.Tensor = product * (left_energy * right_energy).clamp_min(1e-12).rsqrt()
    return scores


def softmax_loss(
    score: torch.Tensor,
    target: torch.Tensor,
    observed: torch.Tensor,
    log_temperature: torch.Tensor,
    softness: float,
) -> torch.Tensor:
    r"""Divergence of each firm's neighbourhood from its long-run neighbourhood.

    .. math:: \frac{1}{n}\sum_i KL\left(\mathrm{softmax}_j(c_{ij}/\tau)\,\|\,
              \mathrm{softmax}_j(\beta s_{ij})\right), \quad (i, j) \text{ observed}

    This is the loss of stochastic neighbour embedding (Hinton and Roweis 2002, *NIPS* 15) with a
    given target.

    Parameters
    ----------
    score, target : Tensor of shape (n_firms, n_firms)
        Scores s of the window and long-run co-movement c.
    observed : Tensor of bool, shape (n_firms, n_firms)
        Pairs whose long-run co-movement is observed; False on the diagonal. Other pairs are left
        out, and so are firms without any observed pair.
    log_temperature : Tensor
        Logarithm of beta, learned.
    softness : float
        Temperature tau; lower values count fewer neighbours.

    Returns
    -------
    Tensor
        A number, at least 0.

    Examples
    --------
    >>> import torch
    >>> target = torch.tensor([[1.0, 0.2, 0.6], [0.2, 1.0, 0.4], [0.6, 0.4, 1.0]])
    >>> pairs = ~torch.eye(3, dtype=torch.bool)
    >>> softmax_loss(target, target, pairs, torch.tensor(0.0), softness=1.0)  # beta = 1 / tau
    tensor(0.)
    """
    own = torch.log_softmax((score * log_temperature.exp()).masked_fill(~observed, -1e4), dim=1)
    wanted = torch.softmax((target / softness).masked_fill(~observed, -1e4), dim=1)
    total = torch.nn.functional.kl_div(own, wanted, reduction="sum")
    return total / observed.any(1).sum().clamp_min(1)


def correlation_loss(
    score: torch.Tensor, target: torch.Tensor, observed: torch.Tensor
) -> torch.Tensor:
    """One minus the correlation of two score matrices over the observed pairs.

    Parameters
    ----------
    score, target : Tensor of shape (n_firms, n_firms)
        Symmetric.
    observed : Tensor of bool, shape (n_firms, n_firms)
        Pairs to compare; symmetric, False on the diagonal.

    Returns
    -------
    Tensor
        Between 0 and 2; 1 when fewer than two pairs are observed.

    Examples
    --------
    >>> import torch
    >>> target = torch.tensor([[1.0, 0.2, 0.6], [0.2, 1.0, 0.4], [0.6, 0.4, 1.0]])
    >>> pairs = ~torch.eye(3, dtype=torch.bool)
    >>> loss = correlation_loss(0.5 * target + 0.3, target, pairs)  # scale and shift do not matter
    >>> round(abs(float(loss)), 6)
    0.0
    """
    i, j = observed.triu(1).nonzero(as_tuple=True)
    if len(i) < 2:
        return 1 + 0 * score.sum()
    centred = [matrix[i, j] - matrix[i, j].mean() for matrix in (score, target)]
    s, c = (values / values.norm().clamp_min(1e-12) for values in centred)
    loss: torch.Tensor = 1 - s @ c
    return loss
