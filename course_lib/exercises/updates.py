"""One update of the bottleneck as learners write it: what each usual slip makes of it, and its signs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import rel_entr

from course_lib.bottleneck import bottleneck_update, information_plane
from course_lib.distributions import FloatArray
from course_lib.exercises.material import Trial
from course_lib.exercises.readings import Sign, has_nan_or_inf, is_error

_LN2 = math.log(2)


class Step:
    """One update on given numbers, and what it becomes with each of the usual slips.

    Parameters
    ----------
    joint : ndarray, shape (K_x, K_y)
        Joint probabilities p(x,y), rows x.
    encoder : ndarray, shape (K_x, K_t)
        The old p(t|x), one distribution per row.
    beta : float
        Weight of I(T;Y).

    Examples
    --------
    >>> step = Step(np.array([[0.4, 0.1], [0.1, 0.4]]), np.eye(2), 2.0)
    >>> step.right().round(4).tolist()
    [[0.8407, 0.1593], [0.1593, 0.8407]]
    """

    def __init__(self, joint: FloatArray, encoder: FloatArray, beta: float) -> None:
        self.joint, self.encoder, self.beta = joint, encoder, beta
        self._p_x = joint.sum(axis=1)
        self._p_t = self._p_x @ encoder
        self._y_given_x = joint / self._p_x[:, None]
        self._y_given_t = (encoder.T @ joint) / self._p_t[:, None]

    def right(self) -> FloatArray:
        """Return the new p(t|x)."""
        return bottleneck_update(self.joint, self.encoder, self.beta)

    def objective(self, encoder: FloatArray) -> float:
        """Return I(X;T) − β I(T;Y) of an encoder, in nats."""
        i_xt, i_ty = information_plane(self.joint, encoder, unit="nats")
        return i_xt - self.beta * i_ty

    def slips(self) -> Iterator[tuple[FloatArray, str]]:
        """Return the result of every slip that leaves the rows adding up to 1 or the encoder's shape."""
        divergence = _divergences(self._y_given_x, self._y_given_t)
        if self.beta == 0:  # whatever the exponent was meant to be, it is 0
            yield _rows_of(0 * divergence), "P_T_MISSING"
            return
        yield from self._slips_of_divergence(divergence)
        yield from self._slips_of_weights(divergence)
        yield self.encoder, "UNCHANGED"
        yield self._p_x[:, None] * self.right(), "JOINT_RETURNED"

    def _slips_of_divergence(self, divergence: FloatArray) -> Iterator[tuple[FloatArray, str]]:
        reversed_one = _divergences(self._y_given_t, self._y_given_x).T
        yield _rows_of(-self.beta * reversed_one, self._p_t), "DIVERGENCE_REVERSED"
        yield _rows_of(-self.beta * reversed_one), "DIVERGENCE_REVERSED"
        yield _rows_of(-self.beta * _divergences(self.joint, self._y_given_t), self._p_t), "JOINT_FOR_ROWS"
        for factor, code in (
            (self.beta / _LN2, "BITS_IN_EXP"),  # exp of bits
            (self.beta * _LN2, "BITS_IN_EXP"),  # 2 to the power of nats
            (-self.beta, "EXPONENT_SIGN"),
            (1 / self.beta, "OTHER_BETA"),
        ):
            yield _rows_of(-factor * divergence, self._p_t), code

    def _slips_of_weights(self, divergence: FloatArray) -> Iterator[tuple[FloatArray, str]]:
        cost, plain_mean = -self.beta * divergence, self.encoder.mean(axis=0)
        plain_rows = (self.encoder.T @ self._y_given_x) / self.encoder.sum(axis=0)[:, None]
        plain_cost = -self.beta * _divergences(self._y_given_x, plain_rows)
        yield _rows_of(cost), "P_T_MISSING"
        yield _rows_of(cost, plain_mean), "P_T_UNWEIGHTED"
        yield _rows_of(plain_cost, plain_mean), "P_T_UNWEIGHTED"
        yield _rows_of(plain_cost, self._p_t), "P_T_UNWEIGHTED"
        copied = (self.encoder.T @ self.joint) / plain_mean[:, None]  # right only where all x are alike
        yield _rows_of(-self.beta * _divergences(self._y_given_x, copied), plain_mean), "P_T_UNWEIGHTED"
        yield _rows_of(cost, self.encoder), "OLD_ENCODER"


def update_trial(label: str, step: Step, *first: tuple[Sign, str]) -> Trial:
    """Return the hidden call of one step, read for what `first` looks for and then for every usual slip."""
    return Trial(
        label,
        lambda: (step.joint.copy(), step.encoder.copy(), step.beta),
        step.right,
        readings=(
            *first,
            (_is_transposed(step), "TRANSPOSED"),
            *((_looks_like(wrong), code) for wrong, code in step.slips()),
            (_only_columns_add_up, "COLUMNS_NORMALISED"),
            (_does_not_add_up(axis=1), "ROWS_UNNORMALISED"),
            (_is_nearly(step), "NEARLY"),
            (_raises_objective(step), "OBJECTIVE_ROSE"),
        ),
    )


def _divergences(rows: FloatArray, others: FloatArray) -> FloatArray:
    """Return D(row‖other) in nats for every pair, shape (rows, others)."""
    return np.asarray(rel_entr(rows[:, None, :], others[None, :, :]).sum(axis=-1))


def _rows_of(exponents: FloatArray, weights: FloatArray | float = 1.0) -> FloatArray:
    new = weights * np.exp(exponents)
    with np.errstate(invalid="ignore"):  # a reversed divergence may be infinite for every t: 0/0
        return np.asarray(new / new.sum(axis=1, keepdims=True))


def _looks_like(wrong: FloatArray) -> Sign:
    return lambda result: (
        not is_error(result)
        and result.shape == wrong.shape
        and bool(np.allclose(result, wrong, rtol=0, atol=1e-6))
    )


def _is_transposed(step: Step) -> Sign:
    right = step.right()
    # A square table could be symmetric; then there is nothing to tell.
    return lambda result: right.shape[0] != right.shape[1] and _looks_like(right.T)(result)


def _is_nearly(step: Step) -> Sign:
    right = step.right()
    return lambda result: _looks_like(right)(result) and not np.allclose(result, right, rtol=1e-9, atol=1e-12)


def _does_not_add_up(axis: int) -> Sign:
    def sign(result: Any) -> bool:
        if is_error(result) or result.ndim != 2 or has_nan_or_inf(result):
            return False
        return not np.allclose(result.sum(axis=axis), 1.0, rtol=0, atol=1e-6)

    return sign


def _only_columns_add_up(result: Any) -> bool:
    return _does_not_add_up(axis=1)(result) and not _does_not_add_up(axis=0)(result)


def _raises_objective(step: Step) -> Sign:
    def sign(result: Any) -> bool:
        if is_error(result) or result.shape != step.encoder.shape or has_nan_or_inf(result):
            return False
        if np.min(result) < 0 or _does_not_add_up(axis=1)(result):
            return False
        return step.objective(result) > step.objective(step.encoder) + 1e-9

    return sign
