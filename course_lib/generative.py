"""NATS by default. Losses and identities of generative models: ELBO, distillation, DPO, GAN."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import rel_entr, xlogy

from course_lib.classifiers import log_softmax
from course_lib.distributions import FloatArray, as_numbers, as_pmf, as_probabilities, in_unit


class Evidence(NamedTuple):
    """The pieces of log p(x) ≥ ELBO = reconstruction − rate, and the posterior that closes the gap."""

    reconstruction: float | FloatArray
    rate: float | FloatArray
    elbo: float | FloatArray
    log_evidence: float
    gap: float | FloatArray
    posterior: FloatArray


def evidence_lower_bound(
    prior: ArrayLike, likelihood: ArrayLike, q: ArrayLike, *, unit: str = "nats"
) -> Evidence:
    """Split log p(x) of one observed x into the ELBO of a guess q at its cause z, and the gap. Chapter 7.

    Parameters
    ----------
    prior : array_like, shape (K,)
        p(z).
    likelihood : array_like, shape (K,)
        p(x|z) of the x that was seen, for every z: separate probabilities, which sum to anything.
    q : array_like, shape (..., K)
        q(z|x), the guess.
    unit : {"nats", "bits", "hartleys"}
        Nats by default, as in `vae_kl`.

    Returns
    -------
    Evidence
        `reconstruction`, E_q[log p(x|z)], a log-likelihood: 0 or less; `rate`, D(q‖prior); `elbo`, their
        difference; `log_evidence`, log p(x); `gap`, D(q‖posterior); `posterior`, p(z|x). ELBO + gap =
        log p(x). Where q allows a z that prior or likelihood forbids, the ELBO is −inf and the gap inf.

    Raises
    ------
    ValueError
        If no z can have made x: then there is no posterior.

    Examples
    --------
    >>> pieces = evidence_lower_bound([0.5, 0.5], [0.8, 0.1], [0.7, 0.3])
    >>> round(pieces.elbo, 4), round(pieces.gap, 4), round(pieces.log_evidence, 4)
    (-0.9293, 0.1308, -0.7985)
    """
    causes, guess = as_pmf(prior, name="prior"), as_pmf(q, name="q")
    chances = as_probabilities(likelihood, name="likelihood")
    if not causes.shape == chances.shape == guess.shape[-1:]:
        raise ValueError(
            "prior, likelihood and q must speak of the same causes z; got shapes "
            f"{causes.shape}, {chances.shape} and {guess.shape}."
        )
    joint = causes * chances
    if not joint.any():
        raise ValueError("no z that prior allows can make this x, so p(x) is 0; there is no posterior.")
    posterior = joint / joint.sum()
    reconstruction = xlogy(guess, chances).sum(axis=-1)
    rate = np.maximum(rel_entr(guess, causes).sum(axis=-1), 0.0)
    gap = np.maximum(rel_entr(guess, posterior).sum(axis=-1), 0.0)

    def shown(nats: FloatArray) -> float | FloatArray:
        return _plain(in_unit(nats, unit))

    return Evidence(
        reconstruction=shown(reconstruction),
        rate=shown(rate),
        elbo=shown(reconstruction - rate),
        log_evidence=float(in_unit(np.log(joint.sum()), unit)),
        gap=shown(gap),
        posterior=posterior,
    )


def distillation_loss(
    student: ArrayLike, teacher: ArrayLike, *, temperature: float = 1.0
) -> float | FloatArray:
    """Distillation: τ² · D(teacher‖student) in nats, both softened by τ; the mean over rows. Chapter 7.

    Parameters
    ----------
    student, teacher : array_like, shape (..., K)
        Logits of the two models for the same examples; −inf masks a class.
    temperature : float
        τ, finite and above 0, the same for both.

    Returns
    -------
    float
        Nats, at least 0; inf where the student masks what the teacher allows.

    Notes
    -----
    Its slope along the student's logits is τ (q − p) per row, so that it neither fades nor grows much as τ
    rises and mixes with a loss on hard labels: slopes of the divergence itself shrink like 1/τ². The usual
    ``F.kl_div(log_softmax(student/τ), softmax(teacher/τ), reduction="batchmean") * τ**2`` in PyTorch.

    References
    ----------
    Hinton, Vinyals and Dean (2015), Distilling the knowledge in a neural network.

    Examples
    --------
    >>> round(distillation_loss([1.0, 0.0], [2.0, 0.0], temperature=2.0), 4)
    0.1054
    """
    log_q = log_softmax(student, temperature=temperature)
    log_p = log_softmax(teacher, temperature=temperature)
    if log_q.shape != log_p.shape:
        raise ValueError(
            f"student has shape {log_q.shape} and teacher {log_p.shape}; they must answer the same questions."
        )
    p = np.exp(log_p)
    with np.errstate(invalid="ignore"):
        nats = np.where(p > 0.0, p * (log_p - log_q), 0.0).sum(axis=-1)
    return float(temperature**2 * np.maximum(nats, 0.0).mean())


def implied_reward(policy: ArrayLike, reference: ArrayLike, *, beta: float) -> FloatArray:
    """The reward for which a policy is the best tilt of the reference: β ln(policy/reference). Chapter 7.

    Parameters
    ----------
    policy, reference : array_like, shape (..., K)
        Distributions over the same replies.
    beta : float
        β_RL, finite and above 0.

    Returns
    -------
    ndarray, shape (..., K)
        Rewards, up to one constant for all replies to a prompt (β ln Z), which no choice depends on. −inf
        where only the policy has probability 0.

    Raises
    ------
    ValueError
        If the reference cannot give some reply: no reward explains that a policy gives it.

    See Also
    --------
    course_lib.sampling.exponential_tilt : the way there.

    Examples
    --------
    >>> rewards = implied_reward([0.25, 0.75], [0.5, 0.5], beta=1.0)
    >>> round(float(rewards[1] - rewards[0]), 4)
    1.0986
    """
    price = _price(beta)
    after, before = as_pmf(policy, name="policy"), as_pmf(reference, name="reference")
    if after.shape != before.shape:
        raise ValueError(f"policy has shape {after.shape} and reference {before.shape}; they must be alike.")
    if (before <= 0.0).any():
        raise ValueError("reference gives a reply probability 0; what it cannot say, no reward explains.")
    with np.errstate(divide="ignore"):
        return np.asarray(price * (np.log(after) - np.log(before)))


def dpo_loss(
    chosen_log_ratio: ArrayLike, rejected_log_ratio: ArrayLike, *, beta: float
) -> float | FloatArray:
    """Direct preference optimisation: surprisal in nats of the choice under the implied rewards. Chapter 7.

    Parameters
    ----------
    chosen_log_ratio, rejected_log_ratio : array_like
        ln(policy/reference) of the reply that people preferred and of the other one, in nats.
    beta : float
        β_RL, finite and above 0.

    Returns
    -------
    float or ndarray
        −ln σ(β (chosen − rejected)), one per pair; ln 2 while policy and reference agree. Training takes
        its mean.

    Notes
    -----
    With rewards β · log ratio (`implied_reward`) the chosen reply wins with probability σ(difference of
    rewards), the Bradley–Terry model; the unknown constant β ln Z is the same for both and drops out.

    References
    ----------
    Rafailov et al. (2023), Direct preference optimization.

    Examples
    --------
    >>> round(dpo_loss(0.0, 0.0, beta=0.1), 4)
    0.6931
    """
    chosen = as_numbers(chosen_log_ratio, name="chosen_log_ratio")
    rejected = as_numbers(rejected_log_ratio, name="rejected_log_ratio")
    return _plain(np.logaddexp(0.0, _price(beta) * (rejected - chosen)))


def ideal_scores(x: ArrayLike, y: ArrayLike, *, rho: float) -> FloatArray:
    """What an ideal critic says of every x next to every y: log p(y|x)/p(y) of correlated normals. Chapter 7.

    Parameters
    ----------
    x, y : array_like, shape (N, pairs)
        Row i of both belongs together. Column by column, x and y are standard normal with correlation ρ;
        the columns are independent, so each shares −½ log(1 − ρ²).
    rho : float
        ρ, between −1 and 1.

    Returns
    -------
    ndarray, shape (N, N)
        Scores in nats for `course_lib.estimators.infonce_bound`. No critic does better, and even this one
        finds no more than log N.

    Examples
    --------
    >>> ideal_scores([[1.0], [-1.0]], [[1.0], [-1.0]], rho=0.8).round(3).tolist()
    [[0.955, -3.489], [-3.489, 0.955]]
    """
    rows, columns = as_numbers(x, name="x"), as_numbers(y, name="y")
    if rows.ndim != 2 or rows.shape != columns.shape:
        raise ValueError(
            f"x has shape {rows.shape} and y {columns.shape}; both need N rows of as many numbers."
        )
    r = float(as_numbers(rho, name="rho"))
    if not -1.0 < r < 1.0:
        raise ValueError(f"rho is {r:.6g}; it must be between -1 and 1, or x tells y to its last digit.")
    left = 1.0 - r**2
    squares = (r * rows) ** 2
    apart = squares.sum(axis=1)[:, None] + ((r * columns) ** 2).sum(axis=1)
    information = -0.5 * rows.shape[1] * np.log(left)
    return np.asarray(information + (r * (rows @ columns.T) - 0.5 * apart) / left)


def ideal_discriminator(real: ArrayLike, fake: ArrayLike) -> FloatArray:
    """Probability that an outcome is real, real / (real + fake): no discriminator of a GAN does better.

    Parameters
    ----------
    real, fake : array_like, shape (..., K)
        Distributions of the data and of the generator.

    Returns
    -------
    ndarray, shape (..., K)
        ½ for an outcome that neither has.

    Examples
    --------
    >>> ideal_discriminator([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]).tolist()
    [1.0, 0.5, 0.0]
    """
    p, q = _real_and_fake(real, fake)
    return np.asarray(np.divide(p, p + q, out=np.full(p.shape, 0.5), where=p + q > 0.0))


def gan_value(
    real: ArrayLike, fake: ArrayLike, discriminator: ArrayLike | None = None, *, unit: str = "nats"
) -> float | FloatArray:
    """Value of the original GAN game: E_real[log D] + E_fake[log(1 − D)]. Chapter 7.

    Parameters
    ----------
    real, fake : array_like, shape (..., K)
        Distributions of the data and of the generator.
    discriminator : array_like, shape (..., K), optional
        D, how probably real it calls each outcome; the ideal one if not given.
    unit : {"nats", "bits", "hartleys"}

    Returns
    -------
    float or ndarray
        At most 0; −inf for a discriminator that is sure and wrong. For the ideal one 2 · JS(real, fake) −
        log 4: from −log 4, where the fakes are perfect, to 0, where nothing overlaps.

    Notes
    -----
    The identity speaks of the ideal discriminator only. GANs in use train another loss, step by step,
    against a discriminator that is never ideal, so it does not say what they minimise.

    References
    ----------
    Goodfellow et al. (2014), Generative adversarial nets.

    Examples
    --------
    >>> round(gan_value([0.5, 0.5], [0.5, 0.5]), 4)
    -1.3863
    """
    p, q = _real_and_fake(real, fake)
    if discriminator is None:
        # Not by way of D: next to a fake outcome of 1e-20 its last digits would round to a wrong certainty.
        nats = (rel_entr(p, p + q) + rel_entr(q, p + q)).sum(axis=-1)
        return _plain(in_unit(nats, unit))
    judged = as_probabilities(discriminator, name="discriminator")
    if judged.shape != p.shape:
        raise ValueError(
            f"discriminator has shape {judged.shape}; it needs a probability per outcome, {p.shape}."
        )
    nats = (xlogy(p, judged) + xlogy(q, 1.0 - judged)).sum(axis=-1)
    return _plain(in_unit(nats, unit))


def _real_and_fake(real: ArrayLike, fake: ArrayLike) -> tuple[FloatArray, FloatArray]:
    p, q = as_pmf(real, name="real"), as_pmf(fake, name="fake")
    if p.shape != q.shape:
        raise ValueError(f"real has shape {p.shape} and fake {q.shape}; both must have the same outcomes.")
    return p, q


def _price(beta: float) -> float:
    price = float(as_numbers(beta, name="beta"))
    if price <= 0.0:
        raise ValueError(f"beta is {price:.6g}; the price of a nat must be above 0.")
    return price


def _plain(values: FloatArray) -> float | FloatArray:
    return float(values) if np.ndim(values) == 0 else np.asarray(values)
