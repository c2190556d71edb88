"""Sliders: one function for each demo, named by what the learner moves.

Every function returns an `Explorer`. Its controls are attributes (`demo.p = 0.25` moves the slider),
and `demo.readout` is the sentence beneath them.
"""

from course_lib.explore import (
    chapter_0,
    chapter_1,
    chapter_2,
    chapter_3,
    chapter_4,
    chapter_4_samples,
    chapter_5,
    chapter_5_samples,
    chapter_6,
    chapter_7_generative,
    chapter_7_language,
    chapter_8,
)
from course_lib.explore.engine import Demo, Explorer
from course_lib.league import Score

__all__ = ["DEMOS", "Demo", "Explorer"]


def course_map() -> Explorer:
    """D0.1: the eight ideas of the course, one step each."""
    return Explorer(chapter_0.COURSE_MAP)


def surprise_dial() -> Explorer:
    """D1.1: the surprise of a probability, in three units."""
    return Explorer(chapter_1.SURPRISE_DIAL)


def ruler_audition() -> Explorer:
    """D1.2: which ruler for surprise adds up for independent events."""
    return Explorer(chapter_1.RULER_AUDITION)


def evidence_line() -> Explorer:
    """D1.3: positive tests as equal steps along a line of log-odds."""
    return Explorer(chapter_1.EVIDENCE_LINE)


def submarine() -> Explorer:
    """D1.4: how the misses and the hit share six bits."""
    return Explorer(chapter_1.SUBMARINE)


def shape_a_distribution() -> Explorer:
    """D2.1: what each outcome adds to the entropy, and where it peaks."""
    return Explorer(chapter_2.SHAPE_A_DISTRIBUTION)


def coin_blocks() -> Explorer:
    """D2.2: Huffman codes for blocks of flips, from one bit per flip down towards the entropy."""
    return Explorer(chapter_2.COIN_BLOCKS)


def split_explorer() -> Explorer:
    """D2.3: how many bits about a diagnosis one threshold gives."""
    return Explorer(chapter_2.split_explorer())


def small_sample_entropy() -> Explorer:
    """D2.4: why entropies estimated from few samples are too low."""
    return Explorer(chapter_2.SMALL_SAMPLE_ENTROPY)


def code_bill() -> Explorer:
    """D3.1: what it costs to send p with a code that was built for q."""
    return Explorer(chapter_3.CODE_BILL)


def forecaster() -> Explorer:
    """D3.2: what a forecaster's report costs on average, under three rules of payment."""
    return Explorer(chapter_3.FORECASTER)


def error_slopes() -> Explorer:
    """D3.3: two losses of one logit, and how hard each pushes it."""
    return Explorer(chapter_3.ERROR_SLOPES)


def temperature_and_trust() -> Explorer:
    """D3.4: a digits classifier's confidence, set by temperature, beside how often it is right."""
    return Explorer(chapter_3.temperature_and_trust())


def two_prices() -> Explorer:
    """D4.1: what it costs to believe q while p is true, and the other way round."""
    return Explorer(chapter_4.TWO_PRICES)


def one_bump() -> Explorer:
    """D4.2: the bell curve that either direction of KL fits to two hills."""
    return Explorer(chapter_4.ONE_BUMP)


def evidence_race() -> Explorer:
    """D4.3: how many flips until the evidence between two coins is 20 : 1."""
    return Explorer(chapter_4_samples.EVIDENCE_RACE)


def drift_alarm() -> Explorer:
    """D4.4: an alarm for drift, beside what it shows when nothing has drifted."""
    return Explorer(chapter_4_samples.drift_alarm())


def vae_price() -> Explorer:
    """D4.5: what a latent code costs, in nats."""
    return Explorer(chapter_4.VAE_PRICE)


def overlap() -> Explorer:
    """D5.1: what two variables share, by four routes to one number."""
    return Explorer(chapter_5.OVERLAP)


def dependence() -> Explorer:
    """D5.2: clouds of points as r², ranks and nearest neighbours see them."""
    return Explorer(chapter_5_samples.DEPENDENCE)


def bias_lab() -> Explorer:
    """D5.3: thirty estimates of one mutual information, beside the truth."""
    return Explorer(chapter_5_samples.BIAS_LAB)


def noisy_wire() -> Explorer:
    """D5.4: how many bits pass wires that flip some of them."""
    return Explorer(chapter_5.NOISY_WIRE)


def bottleneck_dial() -> Explorer:
    """D6.1: what a summary keeps, and what it gives away, for each price of a bit."""
    return Explorer(chapter_6.BOTTLENECK_DIAL)


def letter_drawers() -> Explorer:
    """D6.2: letters sorted into drawers by what they tell about the next one."""
    return Explorer(chapter_6.letter_drawers())


def two_rulers() -> Explorer:
    """D6.3: a network's information plane while it learns, measured with bins of any width."""
    return Explorer(chapter_6.TWO_RULERS)


def whisper_chain() -> Explorer:
    """D6.4: bits about a whispered bit, two noisy steps and a decoder later."""
    return Explorer(chapter_6.WHISPER_CHAIN)


def reward_dial() -> Explorer:
    """D7.4: what a reward buys, and what it costs, when leaving the reference has a price."""
    return Explorer(chapter_7_generative.reward_dial())


def infonce_ceiling() -> Explorer:
    """D7.5: how many bits an ideal critic finds in a batch of candidates."""
    return Explorer(chapter_7_generative.infonce_ceiling())


def melting_clock() -> Explorer:
    """D7.6: clusters under growing noise, how they look and what can still be known."""
    return Explorer(chapter_7_generative.MELTING_CLOCK)


def vae_dial() -> Explorer:
    """D7.7: digits through a code whose nats have a price."""
    return Explorer(chapter_7_generative.VAE_DIAL)


def perplexity_bench() -> Explorer:
    """D7.1: seven tokens' probabilities, their perplexity, and three wrong recipes for it."""
    return Explorer(chapter_7_language.PERPLEXITY_BENCH)


def temperature_on_logits() -> Explorer:
    """D7.2: what temperature does to a language model's next token, and what a rule cuts off."""
    return Explorer(chapter_7_language.temperature_on_logits())


def context_ladder() -> Explorer:
    """D7.3: what each token of a paragraph costs when the model sees only the last few before it."""
    return Explorer(chapter_7_language.context_ladder())


def coloured_text() -> Explorer:
    """D7.8: a text of your own, each token coloured by what it costs a language model."""
    return chapter_7_language.TextReader(chapter_7_language.coloured_text())


def identity_machine() -> Explorer:
    """D8.1: one table, one model of it, and twelve identities that hold to the last digits."""
    return Explorer(chapter_8.IDENTITY_MACHINE)


def which_loss() -> Explorer:
    """D8.2: what each loss assumes, which divergence it is, and the floor it cannot pass."""
    return Explorer(chapter_8.WHICH_LOSS)


def compression_league(own: Score | None = None) -> Explorer:
    """D8.3: what every model of the course pays for a letter of its text; `own` is what `score` returned."""
    return Explorer(chapter_8.league_demo(own))


# Number in the course to the function that shows the demo.
DEMOS = {
    "D0.1": course_map,
    "D1.1": surprise_dial,
    "D1.2": ruler_audition,
    "D1.3": evidence_line,
    "D1.4": submarine,
    "D2.1": shape_a_distribution,
    "D2.2": coin_blocks,
    "D2.3": split_explorer,
    "D2.4": small_sample_entropy,
    "D3.1": code_bill,
    "D3.2": forecaster,
    "D3.3": error_slopes,
    "D3.4": temperature_and_trust,
    "D4.1": two_prices,
    "D4.2": one_bump,
    "D4.3": evidence_race,
    "D4.4": drift_alarm,
    "D4.5": vae_price,
    "D5.1": overlap,
    "D5.2": dependence,
    "D5.3": bias_lab,
    "D5.4": noisy_wire,
    "D6.1": bottleneck_dial,
    "D6.2": letter_drawers,
    "D6.3": two_rulers,
    "D6.4": whisper_chain,
    "D7.1": perplexity_bench,
    "D7.2": temperature_on_logits,
    "D7.3": context_ladder,
    "D7.4": reward_dial,
    "D7.5": infonce_ceiling,
    "D7.6": melting_clock,
    "D7.7": vae_dial,
    "D7.8": coloured_text,
    "D8.1": identity_machine,
    "D8.2": which_loss,
    "D8.3": compression_league,
}
