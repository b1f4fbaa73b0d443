"""Training by gradients: AdamW, one-cycle schedule, clipping, early stopping, best weights kept."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import torch
from tqdm import tqdm

from firmsim.errors import EncoderError


@dataclass(frozen=True)
class GradientTrainer:
    """AdamW (Loshchilov and Hutter 2019) on a one-cycle schedule (Smith and Topin 2019).

    Attributes
    ----------
    steps : int
        Most gradient steps.
    learning_rate : float
        Largest learning rate of the cycle.
    weight_decay : float
        Decoupled weight decay.
    clip_norm : float
        Largest norm of the gradient; larger ones are scaled down.
    validate_every : int
        Steps between two looks at the validation loss.
    patience : int
        Looks without improvement after which training stops.
    """

    steps: int
    learning_rate: float
    weight_decay: float
    clip_norm: float
    validate_every: int
    patience: int

    def train(
        self,
        module: torch.nn.Module,
        training_loss: Callable[[], torch.Tensor],
        validation_loss: Callable[[], float],
        label: str,
    ) -> pd.DataFrame:
        """Train in place; the weights with the smallest validation loss remain.

        Parameters
        ----------
        module : torch.nn.Module
            Weights to train.
        training_loss : callable
            Draws a batch and returns its loss.
        validation_loss : callable
            Loss on the validation period; called without gradients.
        label : str
            Shown beside the progress bar.

        Returns
        -------
        DataFrame
            Columns step (1, 2, ...), loss, validation_loss (missing between two looks),
            learning_rate and gradient_norm (before clipping).

        Raises
        ------
        EncoderError
            A loss or a gradient is no longer finite: names the step and what to change.
        """
        weights = [weight for weight in module.parameters() if weight.requires_grad]
        optimizer = torch.optim.AdamW(weights, self.learning_rate, weight_decay=self.weight_decay)
        # a cycle needs two steps at least, or the schedule divides by zero
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, self.learning_rate, total_steps=max(self.steps, 2)
        )
        best, best_weights, waited = float("inf"), copy.deepcopy(module.state_dict()), 0
        rows = []
        with tqdm(total=self.steps, desc=label, disable=None, leave=False) as bar:
            for step in range(1, self.steps + 1):
                optimizer.zero_grad()
                loss = training_loss()
                loss.backward()  # type: ignore[no-untyped-call]
                norm = torch.nn.utils.clip_grad_norm_(weights, self.clip_norm)
                self._check(label, step, {"loss": loss.item(), "gradient norm": norm.item()})
                rate = schedule.get_last_lr()[0]
                optimizer.step()
                schedule.step()
                validation = float("nan")
                if step % self.validate_every == 0 or step == self.steps:
                    with torch.no_grad():
                        validation = validation_loss()
                    self._check(label, step, {"validation loss": validation})
                    if validation < best:
                        best, waited = validation, 0
                        best_weights = copy.deepcopy(module.state_dict())
                    else:
                        waited += 1
                    bar.set_postfix(validation=f"{best:.4f}")
                rows.append((step, loss.item(), validation, rate, norm.item()))
                bar.update()
                if waited >= self.patience:
                    break
        module.load_state_dict(best_weights)
        columns = ["step", "loss", "validation_loss", "learning_rate", "gradient_norm"]
        return pd.DataFrame(rows, columns=columns)

    def _check(self, label: str, step: int, figures: dict[str, float]) -> None:
        """Refuse a figure that is not finite."""
        for name, figure in figures.items():
            if not math.isfinite(figure):
                message = (
                    f"{label}: training diverged at step {step} of {self.steps} ({name} "
                    f"{figure:g}); lower learning_rate ({self.learning_rate:g}) or clip_norm "
                    f"({self.clip_norm:g})"
                )
                raise EncoderError(message)
