"""Exercises, questions and predictions of chapter 7, Language models and generative models."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from course_lib import records
from course_lib.classifiers import softmax
from course_lib.diffusion import melting, ring_of_clusters
from course_lib.distributions import FloatArray
from course_lib.exercises.material import (
    Exercise,
    Hints,
    Misnaming,
    Mistake,
    Naming,
    Option,
    Part,
    Prediction,
    Question,
)
from course_lib.generative import Evidence, evidence_lower_bound
from course_lib.measures import bits_per_byte, entropy, kl_divergence, perplexity
from course_lib.sampling import exponential_tilt, tilt_price

_LN2 = math.log(2)

# ---------------------------------------------------------------------------------- 7.1

_TOKENS = (0.12, 0.45, 0.60, 0.35, 0.52, 0.48, 0.70)


def _nats_per_token() -> float:
    return float(np.mean(-np.log(_TOKENS)))


_PERPLEXITY = Exercise(
    id="7.1",
    title="Seven tokens",
    prompt="A language model gave the seven tokens of a text, as they came, the probabilities 0.12, 0.45, "
    "0.60, 0.35, 0.52, 0.48 and 0.70. What is its perplexity on this text?",
    parts=[
        Part(
            "perplexity",
            lambda: float(perplexity(-np.log(_TOKENS), unit="nats")),
            unit="",
            low=1,
            bound="A perplexity is at least 1: that is a model which is always sure and right.",
            mistakes=[
                Mistake(
                    lambda: 2 ** _nats_per_token(),
                    "PPL_BASE",
                    (
                        "2 to the power of nats. Which base undoes a natural logarithm?",
                        "e to the mean of −ln p, or 2 to the mean of −log2 p.",
                    ),
                    tolerance=0.006,
                ),
                Mistake(
                    lambda: math.exp(_nats_per_token() / _LN2),
                    "PPL_BASE",
                    (
                        "e to the power of bits. Which base undoes a log2?",
                        "2 to the mean of −log2 p, or e to the mean of −ln p.",
                    ),
                    tolerance=0.006,
                ),
                Mistake(
                    lambda: float(np.mean(1 / np.array(_TOKENS))),
                    "PPL_ARITH",
                    (
                        "The mean of 1/p. One token at 0.001 would raise that by more than a hundred; should "
                        "it?",
                        "Average the logs, then exponentiate: perplexity is a *geometric* mean of 1/p.",
                    ),
                    tolerance=0.006,
                ),
                Mistake(
                    lambda: float(1 / np.mean(_TOKENS)),
                    "PPL_ARITH",
                    (
                        "One over the mean probability. Is the text as likely as seven tokens of that one?",
                        "Average the logs, then exponentiate: perplexity is a *geometric* mean of 1/p.",
                    ),
                    tolerance=0.006,
                ),
                Mistake(lambda: math.exp(7 * _nats_per_token()), "PPL_TOTAL", tolerance=0.05),
                Mistake(
                    lambda: 7 * _nats_per_token(),
                    "PPL_TOTAL",
                    (
                        "That is the surprise of all seven tokens together, in nats. How much per token?",
                        "Divide by the number of tokens, then e to that power.",
                    ),
                ),
                Mistake(
                    lambda: 7 * _nats_per_token() / _LN2,
                    "PPL_TOTAL",
                    (
                        "That is the surprise of all seven tokens together, in bits. How much per token?",
                        "Divide by the number of tokens, then 2 to that power.",
                    ),
                ),
                Mistake(
                    lambda: math.exp(-_nats_per_token()),
                    "INVERTED",
                    (
                        "That is the geometric mean of the probabilities. Perplexity counts choices.",
                        "One over it.",
                    ),
                ),
                Mistake(_nats_per_token, "LOSS_FOR_PPL"),
                Mistake(
                    lambda: _nats_per_token() / _LN2,
                    "LOSS_FOR_PPL",
                    (
                        "That is the mean surprise, in bits. Among how many equal choices is that much "
                        "surprise?",
                        "2 to that power.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "First the mean surprise per token, in a unit of your choice.",
        "In nats: minus the mean of the seven ln p. Then e to that power.",
    ),
    solution="The seven ln p are −2.1203, −0.7985, −0.5108, −1.0498, −0.6539, −0.7340 and −0.3567; minus "
    "their mean is 0.8891 nats = 1.2828 bits per token. e^0.8891 = 2^1.2828 = 2.4330: on average as "
    "unsure as among 2.43 equal choices.",
)

# ---------------------------------------------------------------------------------- 7.2

_DOCUMENTS = ((10, 5.0), (990, 2.0))  # tokens, nats per token


def _pooled() -> float:
    counts, nats = np.array(_DOCUMENTS).T
    return float(np.average(nats, weights=counts))


_CORPUS = Exercise(
    id="7.2",
    title="A note and a book",
    prompt="A corpus has two documents: a note of 10 tokens at 5 nats per token, and a book of 990 tokens at "
    "2 nats per token. What is the perplexity on the corpus?",
    parts=[
        Part(
            "perplexity",
            lambda: float(perplexity(np.repeat([5.0, 2.0], [10, 990]), unit="nats")),
            unit="",
            low=math.exp(2),
            high=math.exp(5),
            bound="It lies between those of the two documents, e² = 7.39 and e⁵ = 148.41.",
            mistakes=[
                Mistake(lambda: math.exp((5 + 2) / 2), "MACRO", tolerance=0.01),
                Mistake(
                    lambda: (math.exp(5) + math.exp(2)) / 2,
                    "MACRO",
                    (
                        "The mean of the two perplexities: the note weighs as much as the book, and "
                        "perplexities were averaged in place of logs.",
                        "Sum the nats of all tokens, divide by 1000, exponentiate last.",
                    ),
                    tolerance=0.01,
                ),
                Mistake(
                    lambda: sum(n * math.exp(nats) for n, nats in _DOCUMENTS) / 1000,
                    "PPL_ARITH",
                    (
                        "Weighted by tokens, as it should be; but perplexities were averaged. What is "
                        "averaged in a geometric mean?",
                        "Average the nats first, exponentiate last.",
                    ),
                ),
                Mistake(
                    lambda: 2 ** _pooled(),
                    "PPL_BASE",
                    (
                        "2 to the power of nats. Which base undoes a natural logarithm?",
                        "The nats per token are right; raise e to them.",
                    ),
                ),
                Mistake(_pooled, "LOSS_FOR_PPL"),
                Mistake(
                    lambda: math.inf,
                    "PPL_TOTAL",
                    (
                        "Infinite: e to the *sum* of all nats is too large for floating point. Per token, "
                        "please.",
                        "Divide by the number of tokens before the power.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "How many nats do all the tokens cost together?",
        "10 · 5 + 990 · 2 nats. Per token, and then e to that power.",
    ),
    solution="10 · 5 + 990 · 2 = 2030 nats for 1000 tokens: 2.03 nats per token. e^2.03 = 7.6141. One per "
    "cent of the tokens cannot weigh half.",
)

# ---------------------------------------------------------------------------------- 7.3

_MODELS = {"A": (1.20, 4.5), "B": (0.90, 3.0)}  # nats per token, bytes per token


def _per_byte(model: str) -> float:
    nats, length = _MODELS[model]
    return bits_per_byte([nats] * 1000, round(1000 * length), unit="nats")


def _byte_part(model: str) -> Part:
    nats, length = _MODELS[model]
    return Part(
        f"bits per byte of {model}",
        lambda: _per_byte(model),
        low=0,
        bound="A bill cannot be below 0.",
        mistakes=[
            Mistake(
                lambda: nats / length,
                "NATS_FOR_BITS",
                (
                    "Per byte, but in nats. Which unit is asked for?",
                    "Divide by ln 2 = 0.6931 as well.",
                ),
            ),
            Mistake(
                lambda: nats / _LN2 * length,
                "PER_WHAT",
                (
                    "Multiplied by the bytes per token. Does a longer token make a byte dearer?",
                    "One token pays for all of its bytes: divide.",
                ),
                tolerance=0.006,
            ),
            Mistake(
                lambda: nats / _LN2,
                "PER_WHAT",
                (
                    "That is per token, in bits. How many bytes does that buy?",
                    "Divide by the bytes per token.",
                ),
            ),
            Mistake(
                lambda: math.exp(nats),
                "PER_WHAT",
                (
                    "That is the perplexity per token. Are the tokens of A and B the same thing?",
                    "nats/token ÷ ln 2 ÷ bytes/token.",
                ),
                tolerance=0.006,
            ),
        ],
    )


_TOKENIZERS = Exercise(
    id="7.3",
    title="Two tokenizers",
    prompt="On the same text model A pays 1.20 nats per token, and its tokens are 4.5 bytes long on "
    "average. Model B pays 0.90 nats per token, at 3.0 bytes. Give (bits per byte of A, bits per byte of "
    "B, the better one: 'A' or 'B').",
    parts=[
        _byte_part("A"),
        _byte_part("B"),
        Naming(
            "better model",
            lambda: min(_MODELS, key=_per_byte),
            spellings={"model A": "A", "model B": "B"},
            mistakes=[
                Misnaming(
                    "B",
                    "PER_WHAT",
                    (
                        "Its bill per *token* is lower, and so is its perplexity. But its tokens are "
                        "shorter. Which bill is for the same thing?",
                        "Compare what they pay for a byte of the same text.",
                    ),
                ),
            ],
        ),
    ],
    hints=(
        "Tokens of two models are different units; bytes are not. What does one token pay for?",
        "nats per token ÷ ln 2 gives bits per token; ÷ bytes per token gives bits per byte.",
    ),
    solution="A: 1.20 / 0.6931 / 4.5 = 0.3847 bits per byte. B: 0.90 / 0.6931 / 3.0 = 0.4328. A needs fewer "
    "bits for the same text, though its perplexity per token, e^1.20 = 3.32, is above B's e^0.90 = 2.46: its "
    "tokens are longer.",
)

# ---------------------------------------------------------------------------------- 7.4

_LOGITS = np.array([3.0, 1.5, 0.5, -0.5])


def _entropy_at(tau: float) -> float:
    return float(entropy(softmax(_LOGITS, temperature=tau)))


_HOTTER = Exercise(
    id="7.4",
    title="Twice as hot",
    prompt="The logits of four tokens are 3, 1.5, 0.5 and −0.5. What is the entropy of the next token at "
    "temperature τ = 2, in bits?",
    parts=[
        Part(
            "entropy",
            lambda: _entropy_at(2),
            low=0,
            high=2,
            bound="Four outcomes: at most log2 4 = 2 bits.",
            mistakes=[
                Mistake(lambda: _entropy_at(1 / 2), "TAU_INVERTED"),
                Mistake(
                    lambda: _entropy_at(1),
                    "TAU_ONE",
                    (
                        "That is the entropy at τ = 1. Was τ left out, or were the *probabilities* "
                        "divided by it, which changes no shape?",
                        "Divide the logits by 2, then take softmax.",
                    ),
                ),
                Mistake(lambda: _entropy_at(2) * _LN2, "NATS_FOR_BITS"),
                Mistake(
                    lambda: (_entropy_at(1) + 1) / 2,
                    "UNNORMALISED",
                    (
                        "The probabilities were divided by 2, and add up to ½. What does τ divide?",
                        "Divide the logits by 2, then take softmax.",
                    ),
                ),
                Mistake(
                    lambda: 2.0,
                    "LOG_K",
                    (
                        "That is log2 4, the limit for τ → ∞. How far is τ = 2 from there?",
                        "Divide the logits by 2, take softmax, then the entropy.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "What does τ divide: the logits, or the probabilities?",
        "softmax of (1.5, 0.75, 0.25, −0.25), then −Σ p log2 p.",
    ),
    solution="The logits over 2 are 1.5, 0.75, 0.25, −0.25; softmax makes (0.5174, 0.2444, 0.1482, "
    "0.0899) of them. Their shares of the entropy: 0.4919 + 0.4968 + 0.4083 + 0.3125 = 1.7094 bits, up "
    "from 1.1147 at τ = 1 and on the way to 2.",
)

# ---------------------------------------------------------------------------------- 7.5

_REFERENCE, _REWARDS, _BETA = (0.5, 0.3, 0.2), (0.0, 1.0, 2.0), 0.5


@cache
def _steered() -> FloatArray:
    return exponential_tilt(_REFERENCE, _REWARDS, beta=_BETA)


def _shares(weights: FloatArray) -> FloatArray:
    return np.asarray(weights / weights.sum())


def _weights(sign: float = 1.0, beta: float = _BETA) -> FloatArray:
    return np.array(_REFERENCE) * np.exp(sign * np.array(_REWARDS) / beta)


def _times_beta() -> FloatArray:
    return _shares(_weights(beta=1 / _BETA))


def _without_beta() -> FloatArray:
    return _shares(_weights(beta=1))


def _without_reference() -> FloatArray:
    return _shares(np.exp(np.array(_REWARDS) / _BETA))


_SLIPS_OF_A_TILT: tuple[tuple[Callable[[], FloatArray], str, Hints | None], ...] = (
    (_times_beta, "BETA_INVERTED", None),
    (_without_beta, "BETA_FORGOTTEN", None),
    (_without_reference, "FORGOT_REF", None),
    (
        lambda: _shares(_weights(sign=-1)),
        "EXPONENT_SIGN",
        (
            "Here the reply with the *lowest* reward wins. Which sign has the reward?",
            "π_ref·exp(+r/β).",
        ),
    ),
    (
        _weights,
        "UNNORMALISED",
        (
            "That is the weight π_ref·exp(r/β) itself. What do the three weights add up to?",
            "Divide each of them by their sum.",
        ),
    ),
)


def _tilted_part(place: int) -> Part:
    def share_of(slip: Callable[[], FloatArray]) -> Callable[[], float]:
        return lambda: float(slip()[place])

    mistakes = [Mistake(share_of(slip), code, hints) for slip, code, hints in _SLIPS_OF_A_TILT]
    if place:  # the first reply's reward is 0, so that its weight is its reference probability
        mistakes.append(Mistake(lambda: _REFERENCE[place], "UNTILTED"))
    return Part(
        f"probability of reply {place + 1}",
        lambda: float(_steered()[place]),
        unit="probability",
        low=0,
        high=1,
        bound="A probability lies between 0 and 1.",
        mistakes=mistakes,
    )


def _divergence(p: Sequence[float] | FloatArray, q: Sequence[float] | FloatArray) -> float:
    return float(kl_divergence(p, q, unit="nats"))


_STEERING = Exercise(
    id="7.5",
    title="Steer three replies",
    prompt="A reference model gives three replies the probabilities π_ref = (0.5, 0.3, 0.2); their "
    "rewards are (0, 1, 2). With β = 0.5, give (π*, D(π*‖π_ref)): the policy that maximises E[r] − "
    "β·D(π‖π_ref), as a row of three numbers, and its divergence in nats.",
    parts=[
        *(_tilted_part(place) for place in range(3)),
        Part(
            "divergence",
            lambda: float(tilt_price(_REFERENCE, _REWARDS, beta=_BETA, unit="nats").kl),
            unit="nats",
            low=0,
            high=-math.log(0.2),
            bound="It lies between 0 and −ln 0.2 = 1.6094 nats, the price of the best reply alone.",
            mistakes=[
                Mistake(
                    lambda: _divergence(_REFERENCE, _steered()),
                    "SWAPPED",
                    (
                        "That is D(π_ref‖π*). Whose replies are read and rewarded?",
                        "The new policy's: it stands first and gives the weights.",
                    ),
                ),
                Mistake(lambda: _divergence(_steered(), _REFERENCE) / _LN2, "BITS_FOR_NATS"),
                Mistake(
                    lambda: _BETA * _divergence(_steered(), _REFERENCE),
                    "PENALTY_FOR_KL",
                ),
                Mistake(
                    lambda: float(tilt_price(_REFERENCE, _REWARDS, beta=_BETA).objective),
                    "PENALTY_FOR_KL",
                    (
                        "That is E[r] − β·D, what the policy is worth. Asked is D alone.",
                        "Average ln(π*/π_ref) with the weights π*.",
                    ),
                ),
                Mistake(
                    lambda: _divergence(_times_beta(), _REFERENCE),
                    "BETA_INVERTED",
                ),
                Mistake(lambda: _divergence(_without_beta(), _REFERENCE), "BETA_FORGOTTEN"),
                Mistake(lambda: _divergence(_without_reference(), _REFERENCE), "FORGOT_REF"),
                Mistake(
                    lambda: float(-np.dot(_steered(), np.log(_REFERENCE))),
                    "CE_FOR_KL",
                    (
                        "That is the cross-entropy of π* under π_ref. What of it was unavoidable?",
                        "Subtract H(π*), or average ln(π*/π_ref).",
                    ),
                ),
            ],
        ),
    ],
    hints=(
        "For π*, every reply gets the weight π_ref·exp(r/β): what is r/β for each? For the divergence, "
        "average ln(π*/π_ref): with which weights?",
        "Weights 0.5·e⁰, 0.3·e², 0.2·e⁴; divide by their sum. Then average ln(π*/π_ref) with the weights π*.",
    ),
    solution="r/β = 0, 2, 4. The weights 0.5, 0.3·e² = 2.2167 and 0.2·e⁴ = 10.9196 add up to 13.6363: π* = "
    "(0.0367, 0.1626, 0.8008). ln(π*/π_ref) = −2.6127, −0.6127, 1.3873; weighted by π* that is 0.9155 nats. "
    "Check: E[r] = 1.7641, and 1.7641 − 0.5 · 0.9155 = 1.3064 = β·ln Z = 0.5 · ln 13.6363.",
)

# ---------------------------------------------------------------------------------- 7.6

_CANDIDATES, _SHARED = 512, 12


_CEILING = Exercise(
    id="7.6",
    title="How many candidates?",
    prompt="(Hard.) X and Y share 12 bits. InfoNCE estimates that with N candidates, the true partner among "
    "them. Give (the most it can report at N = 512, in bits; the smallest N whose ceiling reaches 12 bits).",
    parts=[
        Part(
            "ceiling",
            lambda: math.log2(_CANDIDATES),
            low=0,
            high=_SHARED,
            bound="It lies between 0 and the 12 bits that there are.",
            mistakes=[
                Mistake(lambda: float(_SHARED), "LOG_N_CAP"),
                Mistake(lambda: math.log(_CANDIDATES), "NATS_FOR_BITS"),
                Mistake(
                    lambda: float(_CANDIDATES),
                    "LOG_FORGOTTEN",
                    (
                        "512 counts the candidates. How many yes/no questions pick one of them?",
                        "Take log2.",
                    ),
                ),
                Mistake(lambda: math.log2(_CANDIDATES - 1), "NEGATIVES_ONLY", tolerance=0.001),
            ],
        ),
        Part(
            "smallest N",
            lambda: float(2**_SHARED),
            unit="count",
            tolerance=0,
            low=2,
            bound="There must be at least two candidates.",
            mistakes=[
                Mistake(
                    lambda: float(_CANDIDATES),
                    "LOG_N_CAP",
                    (
                        "At 512 the score cannot exceed log2 512. Is that 12?",
                        "Find the N with log2 N = 12.",
                    ),
                ),
                Mistake(
                    lambda: float(_SHARED),
                    "LOG_FORGOTTEN",
                    (
                        "12 candidates? Their ceiling is log2 12 = 3.58 bits.",
                        "Find the N with log2 N = 12.",
                    ),
                ),
                Mistake(lambda: float(2**_SHARED - 1), "NEGATIVES_ONLY"),
                Mistake(
                    lambda: float(2**_SHARED + 1),
                    "NEGATIVES_ONLY",
                    (
                        "One too many: the true partner is one of the N candidates.",
                        "log2 of N is the ceiling, N counting all of them.",
                    ),
                ),
                Mistake(
                    lambda: float(math.ceil(math.exp(_SHARED))),
                    "PPL_BASE",
                    (
                        "e to the power of bits. Which base undoes a log2?",
                        "2 to the power of 12.",
                    ),
                ),
            ],
        ),
    ],
    hints=(
        "The score of one row is log2 N minus a loss. Which losses are possible?",
        "The loss is at least 0, so log2 N caps the score.",
    ),
    solution="The score is log2 N minus a loss that is never below 0: at most log2 512 = 9 bits, whatever "
    "the critic. log2 N = 12 needs N = 2^12 = 4096. And a ceiling of 12 is no promise: at that N even a "
    "perfect critic still falls one to two bits short.",
)

# ---------------------------------------------------------------------------------- 7.7

_PRIOR, _LIKELIHOOD, _GUESS = (0.5, 0.5), (0.8, 0.1), (0.7, 0.3)


def _evidence() -> Evidence:
    return evidence_lower_bound(_PRIOR, _LIKELIHOOD, _GUESS)


_BOUND = Exercise(
    id="7.7",
    title="A bound and its gap",
    prompt="(Hard.) A cause z is 0 or 1 with p(z) = (0.5, 0.5), and what was seen has p(x|z) = (0.8, "
    "0.1). An encoder guesses q(z|x) = (0.7, 0.3). Give (the ELBO, its gap to ln p(x)), in nats.",
    parts=[
        Part(
            "ELBO",
            lambda: float(_evidence().elbo),
            unit="nats",
            high=math.log(0.45),
            bound="It is a lower bound: at most ln p(x).",
            mistakes=[
                Mistake(
                    lambda: float(_evidence().reconstruction + _evidence().rate),
                    "KL_ADDED",
                ),
                Mistake(lambda: float(_evidence().reconstruction), "RECONSTRUCTION_ONLY"),
                Mistake(
                    lambda: math.log(0.45),
                    "EVIDENCE_FOR_BOUND",
                ),
                Mistake(
                    lambda: -float(_evidence().elbo),
                    "SIGN",
                    (
                        "That is the loss, which is minimised. The ELBO is a log-probability's bound.",
                        "The same with a minus sign.",
                    ),
                ),
                Mistake(lambda: float(_evidence().elbo) / _LN2, "BITS_FOR_NATS"),
            ],
        ),
        Part(
            "gap",
            lambda: float(_evidence().gap),
            unit="nats",
            low=0,
            bound="The ELBO is a lower bound, so its gap is at least 0.",
            mistakes=[
                Mistake(
                    lambda: _divergence(_evidence().posterior, _GUESS),
                    "SWAPPED",
                    (
                        "That is D(posterior‖q). In the gap the encoder gives the weights.",
                        "D(q‖posterior); or ln p(x) minus the ELBO.",
                    ),
                ),
                Mistake(lambda: float(_evidence().rate), "RATE_FOR_GAP"),
                Mistake(lambda: float(_evidence().gap) / _LN2, "BITS_FOR_NATS"),
                Mistake(
                    lambda: -float(_evidence().gap),
                    "SIGN",
                    (
                        "The bound lies *below* ln p(x). Which one is subtracted?",
                        "ln p(x) minus the ELBO.",
                    ),
                ),
            ],
        ),
    ],
    hints=(
        "ELBO = E_q[ln p(x|z)] − D(q‖p(z)). And p(x) is a sum over two causes.",
        "E_q[ln p(x|z)] = 0.7·ln 0.8 + 0.3·ln 0.1, D(q‖p(z)) is small, and p(x) = 0.5·0.8 + 0.5·0.1.",
    ),
    solution="E_q[ln p(x|z)] = 0.7 · (−0.2231) + 0.3 · (−2.3026) = −0.8470. D(q‖p(z)) = 0.7·ln 1.4 + "
    "0.3·ln 0.6 = 0.0823. ELBO = −0.8470 − 0.0823 = −0.9293 nats. p(x) = 0.45, ln p(x) = −0.7985: the gap "
    "is 0.1308 nats, which is D(q‖posterior) with the posterior (0.8889, 0.1111).",
)

EXERCISES = (_PERPLEXITY, _CORPUS, _TOKENIZERS, _HOTTER, _STEERING, _CEILING, _BOUND)

# ---------------------------------------------------------------------------------- questions

QUESTIONS = (
    Question(
        "7.r1",
        "From chapter 1: a token cost 0.25 nats. Which probability had it?",
        (
            Option("0.84", "2 to the power −0.25: the base of the power must be that of the log."),
            Option("0.75", "1 − 0.25: there is no logarithm in that."),
            Option("0.78", "exp(−0.25): e undoes the natural logarithm.", True),
            Option("0.25", "That is the price, not the probability."),
        ),
    ),
    Question(
        "7.r2",
        "From chapter 3: what happened is one class, so the target is one-hot. The cross-entropy of a model "
        "q is",
        (
            Option("−log q of what happened", "All the weight is on one term of −Σ p log q.", True),
            Option("the entropy of q", "The weights are the target's, not q's."),
            Option("0, as the target has no entropy", "The entropy is 0, so all of the bill is waste: D."),
            Option("Σ −log q over all classes", "Classes that did not happen have weight 0."),
        ),
    ),
    Question(
        "7.r3",
        "From chapter 4: q is p, given that event A happens, so q = p/p(A) inside A. D(q‖p) is",
        (
            Option(
                "infinite: p allows more than q", "That is D(p‖q). In D(q‖p) only what is inside A counts."
            ),
            Option("the entropy of A", "That averages over A and not A. Here A has happened."),
            Option("1/p(A)", "That is the ratio; the divergence is the mean of its log."),
            Option("−log p(A), the surprise of A", "The ratio q/p is 1/p(A) wherever q has weight.", True),
        ),
    ),
    Question(
        "7.r4",
        "From chapter 4: an encoder puts a picture at N(μ, 1), and the prior is N(0, 1). The price, in nats, "
        "is",
        (
            Option("½ μ²", "Half the squared shift; the widths are alike.", True),
            Option("μ²", "One half went missing: at μ = 1 the price is 0.5 nats."),
            Option("0: the widths are alike", "The means differ, and a mean is information too."),
            Option("½ ln 2πe", "That is the entropy of either, which is the same before and after."),
        ),
    ),
    Question(
        "7.r5",
        "From chapter 5: I(X;Y) is a KL divergence. Which one?",
        (
            Option("of X from Y", "X and Y need not even have the same outcomes."),
            Option("of the joint from the product of margins", "What independence would waste.", True),
            Option("of the product of margins from the joint", "Turned round: the data come from the joint."),
            Option("of P(Y|X) from P(X|Y)", "Those are two ways to cut one table."),
        ),
    ),
    Question(
        "7.r6",
        "From chapter 1: a model gives a polite reply with probability 1/64. A polite reply is a surprise of",
        (
            Option("64 bits", "64 counts cases. How many halvings lead to 1/64?"),
            Option("4.16 bits", "The number is right in nats."),
            Option("6 bits", "Six halvings: 64 = 2 to the power 6.", True),
            Option("1/64 bit", "That is the probability."),
        ),
    ),
    Question(
        "7.r7",
        "A model pays 2 bits per token, and its tokens are 4 bytes long on average. Its bits per byte are",
        (
            Option("8", "One token pays for all of its bytes: divide."),
            Option("2", "Per token. A token is 4 bytes here."),
            Option("0.35", "That would be nats per byte."),
            Option("0.5", "2 bits buy 4 bytes.", True),
        ),
    ),
    Question(
        "7.r8",
        "From chapter 2: of all distributions over six replies, which has the most entropy?",
        (
            Option("one reply for sure", "That has the least: 0 bits."),
            Option("the uniform one, log2 6 bits", "Every reply then costs the same 2.585 bits.", True),
            Option("the reference model's", "Only if it is uniform."),
            Option("that depends on the rewards", "Entropy knows nothing of rewards."),
        ),
    ),
    Question(
        "7.q1",
        "A model has a perplexity of 8 per token. On average it is as unsure as",
        (
            Option("at 8 bits per token", "2^8 = 256. Which power of 2 is 8?"),
            Option("a fair choice among 8", "3 bits per token, and 2^3 = 8.", True),
            Option("a guess that is right 8 % of the time", "The mean of logs is meant, and 1/8 is 12.5 %."),
            Option("a fair choice among e^8", "Exponentiated once too often."),
        ),
    ),
    Question(
        "7.q2",
        "On random letters a language model pays 5.4 bits per letter, though log2 26 = 4.70 would do. Why?",
        (
            Option("its tokens are too short", "Bits per byte are compared, so tokens do not matter."),
            Option("4.70 bits is wrong for letters", "It is right for 26 equally likely ones."),
            Option("random letters carry more information", "They carry 4.70 bits each. The rest is waste."),
            Option(
                "it expects words, which never come", "What it set aside for words is lost: D(p‖q).", True
            ),
        ),
    ),
    Question(
        "7.q3",
        "Temperature 0 means",
        (
            Option("softmax, computed at τ = 0", "That divides by 0. What is the limit?"),
            Option("every token equally likely", "That is the other end, τ → ∞."),
            Option("always the likeliest token", "The limit of softmax(z/τ) as τ falls to 0.", True),
            Option("the model's own probabilities", "Those are at τ = 1."),
        ),
    ),
    Question(
        "7.q4",
        "“At τ = 2 all outcomes are nearly equally likely, whatever the logits.” Is that so?",
        (
            Option(
                "no: it depends on logits and on how many",
                "One far ahead stays ahead; a long tail swells.",
                True,
            ),
            Option("yes: τ = 2 halves every gap", "Halved gaps may still be large."),
            Option("yes, if the model is calibrated", "Calibration says nothing about the shape at τ = 2."),
            Option("no: at τ = 2 it is sharper", "Hotter is flatter, never sharper."),
        ),
    ),
    Question(
        "7.q5",
        "The probabilities are 0.5, 0.3, 0.15 and 0.05. Top-p with p = 0.9 keeps",
        (
            Option("all four", "The last one is needed only above 0.95."),
            Option("the first two", "Together they have 0.8, which is below 0.9."),
            Option("the first one", "0.5 is below 0.9."),
            Option("the first three", "The smallest set that reaches 0.9: it has 0.95.", True),
        ),
    ),
    Question(
        "7.q6",
        "A 93 MB model packs a paragraph into a quarter of what zlib needs. For which text is that a fair "
        "comparison?",
        (
            Option(
                "for so much text that 93 MB no longer count", "Whoever unpacks needs the model too.", True
            ),
            Option("for any text: bits are bits", "The receiver's 93 MB are bits as well."),
            Option("for text from its training data", "There it may have learned by heart."),
            Option("for none: it does not unpack exactly", "It does, bit for bit, on the same machine."),
        ),
    ),
    Question(
        "7.q7",
        "A policy has been tilted until E[r] = 0.8. Now β is turned down a little more. A reply rated 0.5",
        (
            Option("gains: its rating is above 0", "Add 1 to all rewards, and nothing changes. So not 0."),
            Option("loses: 0.5 is below the mean", "What gains is what beats the average so far.", True),
            Option("loses, as all but the best do", "A reply rated 1 still gains: it beats 0.8."),
            Option("stays: β moves only the best one", "Every weight has β in it, π_ref·exp(r/β)."),
        ),
    ),
    Question(
        "7.q8",
        "Of n replies drawn from π_ref the best is kept. Its KL is at most ln n − (n − 1)/n. For n = 8, in "
        "nats:",
        (
            Option("2.079", "That is ln 8; something is subtracted."),
            Option("2.954", "Added, where it is subtracted."),
            Option("1.204", "2.079 − 0.875.", True),
            Option("1.738", "The number is right in bits."),
        ),
    ),
    Question(
        "7.q9",
        "A student learns from a teacher's soft labels. What do they tell that hard labels do not?",
        (
            Option("which class is right", "The hard label says that."),
            Option("how noisy the picture is", "Partly; the larger part is elsewhere."),
            Option("nothing, if the teacher is right", "Even then its second choices tell something."),
            Option(
                "how alike the wrong classes are",
                "Which 7 looks like a 1: a ranking with every picture.",
                True,
            ),
        ),
    ),
    Question(
        "7.q10",
        "A VAE's loss is often written as squared error + KL. When is that its negative ELBO?",
        (
            Option("always", "The two terms must be in the same nats."),
            Option(
                "never: pixels are not Gaussian",
                "Any decoder density may be chosen; then it has to be kept to.",
            ),
            Option(
                "when the squared error has its scale",
                "A Gaussian decoder pays (x − x̂)²/2σ²: σ sets the balance.",
                True,
            ),
            Option("when both are averaged over pixels", "The KL is per picture; so must the error be."),
        ),
    ),
    Question(
        "7.q11",
        "Against an ideal discriminator the original GAN game has the value 2·JS − ln 4. So training a GAN "
        "lowers JS. Does it?",
        (
            Option("yes, that is what it minimises", "Only if the discriminator were ideal at every step."),
            Option(
                "not as trained: none is ideal", "Other losses are used, and each discriminator lags.", True
            ),
            Option("no, it lowers the reverse KL", "Often said; the usual loss is not that either."),
            Option("no, JS cannot be lowered", "It can, down to 0 where both agree."),
        ),
    ),
    Question(
        "7.a",
        "“Model X has perplexity 10 and model Y has 12, so X is better.” Is it?",
        (
            Option("yes, the lower one always is", "Exercise 7.3 has a counterexample."),
            Option("no, higher is better", "Lower is better, like for like."),
            Option("no: above 10 neither is usable", "Per word or per token, one bill has two perplexities."),
            Option(
                "if text, tokens and context agree", "Same text, same unit, same context and start.", True
            ),
        ),
    ),
    Question(
        "7.b",
        "You maximise E[r] − β·D(π‖π_ref) and let β fall to 0. The policy",
        (
            Option(
                "takes the best replies that π_ref has", "And D ends at −log of their mass under π_ref.", True
            ),
            Option("returns to π_ref", "That is β → ∞, where every nat is too dear."),
            Option("becomes uniform", "That needs a uniform π_ref and no reward."),
            Option("moves away without limit: D → ∞", "D never exceeds the surprise of the best replies."),
        ),
    ),
)

# ---------------------------------------------------------------------------------- predictions


@cache
def _next_after(beginning: str) -> FloatArray:
    """Return the logs of the recorded probabilities of every token after one of the prompts."""
    record = records.load("language_prompts")
    return np.log(softmax(record["log_probs"][record["prompts"].tolist().index(beginning)]))


def _token(word: str) -> int:
    record = records.load("language_prompts")
    return int(record["word_ids"][record["words"].tolist().index(word)])


def price_of(beginning: str, word: str) -> float:
    """Return what the recorded language model charges for a word after a beginning, in bits."""
    return float(-_next_after(beginning)[_token(word)] / _LN2)


_CAT, _FRANCE = "The cat sat on the", "The capital of France is"
_TIMES = (2.0, 10.0, 50.0)


def _volcano() -> float:
    ratio = price_of(_CAT, " volcano") / price_of(_CAT, " mat")
    return float(np.argmin([abs(math.log(ratio / times)) for times in _TIMES]))


def share_of_paris(tau: float) -> float:
    """Return the recorded probability of " Paris" after the beginning about France, at a temperature."""
    return float(softmax(_next_after(_FRANCE), temperature=tau)[_token(" Paris")])


@cache
def _paris_below_half() -> float:
    low, high = 1.0, 5.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if share_of_paris(middle) > 0.5 else (low, middle)
    return low


_TAUS = (1.2, 2.0, 4.0)
_BILLS = (6.0, 14.0, 10.0, 7.0)
_FILES = (55.0, 110.0, 190.0)


def _bill_with_context(tokens: int) -> float:
    """Return the recorded mean bill per token with so many tokens of context, in bits, without the first."""
    record = records.load("language_context")
    return float(record["bits"][record["contexts"].tolist().index(tokens), 1:].mean())


def _packed() -> tuple[float, float]:
    """Return what the first of the recorded texts costs: in bytes, and in bits per byte."""
    record = records.load("language_scores")
    bits, size = float(record["bits"][0]), int(record["sizes"][0, 0])
    return bits / 8, bits / size


def _collapsed(beta: float) -> tuple[float, float, float]:
    record = records.load("digits_autoencoder")
    place = record["betas"].tolist().index(beta)
    loss, rate = (float(record[key].mean(axis=0)[place]) for key in ("reconstruction", "rate"))
    return loss, rate, float(record["independent_pixels"])


def _collapse_truth() -> float:
    loss, rate, alone = _collapsed(8.0)
    if rate > 0.1:
        return 0.0
    return 1.0 if abs(loss - alone) < 0.5 else 2.0


def _taught(images: int) -> tuple[float, float]:
    """Return the mean test accuracy from hard labels and from soft ones at τ = 8, in percent."""
    record = records.load("distillation")
    few, hot = record["images"].tolist().index(images), record["temperatures"].tolist().index(8.0)
    return (
        100 * float(record["hard_accuracy"][few].mean()),
        100 * float(record["soft_accuracy"][few, hot].mean()),
    )


_GAINS = (2.0, 10.0, 30.0)


_SIX = (0.40, 0.30, 0.15, 0.10, 0.04, 0.01)
_SIX_REWARDS = (0.0, 0.2, 0.5, 0.8, 1.0, 2.0)


def _forced(beta: float = 0.01) -> float:
    """Return the divergence in bits once the reward all but rules."""
    return float(tilt_price(_SIX, _SIX_REWARDS, beta=beta).kl)


def _reward_truth() -> float:
    if _forced(0.001) > _forced(0.01) + 1e-6:
        return 0.0
    return 1.0 + float(np.argmin([abs(_forced() - math.log2(cases)) for cases in (6, 100)]))


def _gain() -> float:
    hard, soft = _taught(50)
    return soft - hard


@cache
def _half_melted() -> tuple[float, float]:
    found = melting(ring_of_clusters(), 0.5)
    return float(found.from_noise), float(found.about_cluster)


PREDICTIONS = (
    Prediction(
        "7.hook",
        "A language model has read “The cat sat on the”. “ mat” and “ volcano” are both possible now. How "
        "many times as many bits will “ volcano” cost?",
        truth=_volcano,
        options=("about twice as many", "about ten times as many", "about fifty times as many"),
        explanation=lambda: (
            f"“ mat” costs {price_of(_CAT, ' mat'):.1f} bits, “ volcano” {price_of(_CAT, ' volcano'):.1f}: "
            f"{price_of(_CAT, ' volcano') / price_of(_CAT, ' mat'):.1f} times as many. Not a ratio of "
            "probabilities: bits count halvings."
        ),
    ),
    Prediction(
        "7.paris",
        "After “The capital of France is” the model gives “ Paris” 81 %. You sample at a higher temperature. "
        "From which τ on is it wrong more often than right?",
        truth=lambda: float(np.argmin([abs(math.log(_paris_below_half() / tau)) for tau in _TAUS])),
        options=tuple(f"about {tau:g}" for tau in _TAUS),
        explanation=lambda: (
            f"From τ = {_paris_below_half():.2f} on. At τ = 1.5 “ Paris” has "
            f"{100 * share_of_paris(1.5):.0f} %, at τ = 2 {100 * share_of_paris(2):.1f} %: 49,151 other "
            "tokens share what it loses."
        ),
    ),
    Prediction(
        "7.context",
        "A language model reads a paragraph. With everything that came before in view it pays about 5 bits "
        "per token. And if it may see only the last token before each?",
        truth=lambda: float(np.argmin([abs(_bill_with_context(1) - bits) for bits in _BILLS])),
        options=tuple(f"about {bits:g} bits" for bits in _BILLS),
        explanation=lambda: (
            "Bits per token with the last 1, 4, 16 tokens and with all: "
            + ", ".join(f"{_bill_with_context(tokens):.1f}" for tokens in (1, 4, 16, 86))
            + ". What came before tells about what comes next; on average it lowers the bill."
        ),
    ),
    Prediction(
        "7.pack",
        "A paragraph of 365 bytes; zlib makes 218 of it. Now an arithmetic coder packs it with the "
        "probabilities of the language model. How many bytes?",
        truth=lambda: float(np.argmin([abs(math.log(_packed()[0] / size)) for size in _FILES])),
        options=tuple(f"about {size:g}" for size in _FILES),
        explanation=lambda: (
            f"{_packed()[0]:.0f} bytes and a few bits to end with: {_packed()[1]:.2f} bits per byte. Not "
            "counted is the model, 93 MB, which whoever unpacks must have too."
        ),
    ),
    Prediction(
        "7.reward",
        "Six replies, and the best-rewarded one has a probability of 1 % under the reference model. You "
        "let β fall to 0, so that the reward rules. The divergence from the reference",
        truth=_reward_truth,
        options=("grows without limit", "ends at log2 6 = 2.6 bits", "ends at log2 100 = 6.6 bits"),
        explanation=lambda: (
            f"At β = 0.01 it is {_forced():.2f} bits, and it stays there: "
            "all that can be forced is the best reply, and to force an event costs its surprise."
        ),
    ),
    Prediction(
        "7.soft",
        "A small network learns digits from 50 pictures. Then again, from the same 50, but each with the ten "
        "softened probabilities of a large network in place of its label. How much does its accuracy on new "
        "digits rise, in percentage points?",
        truth=lambda: float(np.argmin([abs(math.log(_gain() / gain)) for gain in _GAINS])),
        options=("about 2", "about 10", "about 30"),
        explanation=lambda: (
            f"From {_taught(50)[0]:.0f} % to {_taught(50)[1]:.0f} %, means of ten students. The same "
            "pictures, with more bits per label."
        ),
    ),
    Prediction(
        "7.collapse",
        "A variational autoencoder of digits pays β nats for every nat that its code tells about a picture. "
        "With β = 8 in place of 1, after training,",
        truth=_collapse_truth,
        options=(
            "the code tells less, and the pictures are blurred",
            "the code tells nothing at all",
            "the code tells the digit's class and no more",
        ),
        explanation=lambda: (
            f"Rate {_collapsed(8.0)[1]:.2f} nats, reconstruction {_collapsed(8.0)[0]:.2f} nats; separate "
            f"pixels without any code cost {_collapsed(8.0)[2]:.2f}. No nat told would have saved eight."
        ),
    ),
    Prediction(
        "7.diffusion",
        "A cloud of eight tight clusters, so 3 bits say which cluster a point is in. Noise is added until "
        "the cloud is within 0.02 bits of pure noise. How many of the 3 bits can still be read off a "
        "point?",
        truth=lambda: _half_melted()[1],
        low=0,
        high=3,
        step=0.05,
        accept=0.2,
        explanation=lambda: (
            f"At ᾱ = 0.5 the cloud is {_half_melted()[0]:.3f} bits from noise, and {_half_melted()[1]:.2f} "
            "of 3 bits are left. The whole may look like noise while its points still know where they "
            "came from."
        ),
    ),
)
