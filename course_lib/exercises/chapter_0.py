"""The entry check and the concept test of notebook 00; the concept test is taken again at the end."""

from __future__ import annotations

from course_lib.exercises.material import Exercise, Option, Part, Prediction, Question

# One exercise to learn the checker with; it needs nothing but the idea of a mean.
EXERCISES = (
    Exercise(
        id="0.1",
        title="Try the checker",
        prompt="A game pays 0, 10 or 20 points with probabilities 0.5, 0.3 and 0.2. What does it pay on "
        "average?",
        parts=[
            Part(
                "mean payment",
                lambda: 0 * 0.5 + 10 * 0.3 + 20 * 0.2,
                unit="",
                low=0,
                high=20,
                bound="A mean lies between the smallest and the largest payment.",
                terms=3,
            )
        ],
        hints=(
            "Not every payment is equally likely. How often does each come?",
            "Weight each payment by its probability, then add.",
        ),
        solution="0·0.5 + 10·0.3 + 20·0.2 = 0 + 3 + 4 = 7 points.",
    ),
)

ENTRY_CHECK = (
    Question(
        "0.a",
        "log2(1/8) is",
        (
            Option("3", "2³ = 8. For 1/8 the exponent is negative."),
            Option("1/3", "The logarithm of 1/8 is an exponent, not a fraction of 8."),
            Option("−3", "2⁻³ = 1/8: logs of numbers below 1 are negative.", True),
            Option("0.125", "That is 1/8 itself."),
        ),
    ),
    Question(
        "0.b",
        "For positive a and b, log(a · b) equals",
        (
            Option("log a + log b", "Products become sums. That is most of this course.", True),
            Option("log a · log b", "Try a = b = 10 in base 10: log 100 = 2, but 1 · 1 = 1."),
            Option("log(a + b)", "Try a = b = 1: log 1 = 0, but log 2 is not."),
            Option("b · log a", "That is log(aᵇ)."),
        ),
    ),
    Question(
        "0.c",
        "np.log(x) in NumPy is the logarithm to base",
        (
            Option("10", "That one is np.log10."),
            Option("2", "That one is np.log2, and the course uses it for bits."),
            Option("whichever was set last", "There is no such setting: the base is in the function's name."),
            Option("e = 2.718…", "The natural logarithm; it gives nats.", True),
        ),
    ),
    Question(
        "0.d",
        "A bus is 0, 5 or 20 minutes late with probabilities 0.6, 0.3 and 0.1. Its expected delay is",
        (
            Option("8.3 minutes", "That is the plain mean of the delays. They are not equally likely."),
            Option("3.5 minutes", "0·0.6 + 5·0.3 + 20·0.1.", True),
            Option("0 minutes", "That is the most likely delay, not the average."),
            Option("25 minutes", "That is the sum of the delays, without their weights."),
        ),
    ),
    Question(
        "0.e",
        "counts is an array of shape (2, 3): two rows, three columns. counts.sum(axis=1) is",
        (
            Option(
                "three numbers, one for each column",
                "That is axis=0. The axis you name is the one that disappears.",
            ),
            Option("one number", "That is sum() without an axis."),
            Option(
                "two numbers, one for each row",
                "Axis 1 runs along a row; summing over it leaves one per row.",
                True,
            ),
            Option(
                "an array of shape (2, 3) again",
                "A sum removes the axis, unless keepdims=True keeps it at length 1.",
            ),
        ),
    ),
    Question(
        "0.f",
        "joint is a table that sums to 1. joint / joint.sum(axis=1, keepdims=True) makes",
        (
            Option("every row sum to 1", "Each row is divided by its own total: P(column | row).", True),
            Option("every column sum to 1", "That needs axis=0."),
            Option(
                "the whole table sum to 1",
                "It did already; now every row does, so the whole sums to the number of rows.",
            ),
            Option("an error, the shapes differ", "keepdims=True gives shape (rows, 1), which broadcasts."),
        ),
    ),
)

CONCEPT_TEST = (
    Question(
        "0.t1",
        "An event becomes four times less likely. Its surprise",
        (
            Option(
                "becomes four times as large", "Surprise is a logarithm: factors in p become steps in bits."
            ),
            Option("doubles", "Only if it happened to be 2 bits before."),
            Option("rises by 2 bits", "−log2(p/4) = −log2 p + 2, for every p.", True),
            Option("falls by 2 bits", "Rarer is more surprising."),
        ),
    ),
    Question(
        "0.t2",
        "The outputs of a classifier have almost zero entropy on average. This shows that it is",
        (
            Option(
                "nearly always right",
                "Entropy is computed without the labels, so it cannot tell right from wrong.",
            ),
            Option(
                "sure of itself",
                "All of its probability sits on one class. Whether on the right one is open.",
                True,
            ),
            Option("well calibrated", "A calibrated model may be unsure, and a sure one may be wrong."),
            Option("trained for too long", "Possible, but an easy task also gives sure outputs."),
        ),
    ),
    Question(
        "0.t3",
        "A source has an entropy of 1.75 bits per symbol. Somebody offers a lossless code for "
        "long files from it that "
        "needs 1.60 bits per symbol on average. This is",
        (
            Option(
                "fine, if the blocks are long enough",
                "Long blocks approach the entropy from above, not from below.",
            ),
            Option(
                "fine, with arithmetic coding",
                "It comes within about 2 bits *per file* of the floor, and no lower.",
            ),
            Option("normal, entropy is an upper bound", "It is the lower bound on the average length."),
            Option(
                "impossible for this source", "Entropy is the floor of every lossless code, on average.", True
            ),
        ),
    ),
    Question(
        "0.t4",
        "On the same test set model A has a mean log loss of 1.2 nats, model B of 1.6 bits. Which "
        "predicts better?",
        (
            Option("model B", "1.2 nats are 1.2 / 0.6931 = 1.73 bits, more than 1.6.", True),
            Option("model A", "1.2 is the smaller number, but in the bigger unit: 1.73 bits."),
            Option("they are equal", "1.2 nats are 1.73 bits, not 1.6."),
            Option("it cannot be said", "Both are mean surprises on the same data, and 1 nat = 1.4427 bits."),
        ),
    ),
    Question(
        "0.t5",
        "A forecaster gives probability 0 to something that happens one day in a hundred. The KL "
        "divergence from the "
        "truth to the forecast, D(truth‖forecast), is",
        (
            Option("about 0.01", "How often it happens is the weight; the price at each time is −log 0."),
            Option(
                "infinite",
                "One impossible event that does happen is an infinite bill, however rare it is.",
                True,
            ),
            Option("undefined", "0·log 0 would be harmless; here it is 0.01·log(0.01/0), which is infinite."),
            Option("negative", "KL divergence is never negative."),
        ),
    ),
    Question(
        "0.t6",
        "A and B are fair coin flips and Y is 1 exactly when they differ. The mutual information of Y "
        "with A alone is 0, and so is that with B alone. If you drop both features, you lose",
        (
            Option("nothing, both are useless", "Each alone is; the pair fixes Y completely."),
            Option("half a bit for each", "Neither carries anything alone, so nothing can be shared out."),
            Option(
                "nothing a linear model would miss",
                "The question is what is known about Y, not about a model.",
            ),
            Option("one bit about Y", "Together they determine Y: features may work only as a team.", True),
        ),
    ),
    Question(
        "0.t7",
        "256 symbols are equally likely, so the entropy is 8 bits. You estimate it from the "
        "frequencies of 100 draws. "
        "The estimate is",
        (
            Option(
                "near 8, above as often as below", "Frequencies from a small sample always look too uneven."
            ),
            Option("always below 7 bits", "100 draws show at most 100 symbols, and log2 100 = 6.64.", True),
            Option(
                "usually above 8 bits", "Nothing with 100 occupied cells can exceed log2 100 = 6.64 bits."
            ),
            Option(
                "exact, the entropy is a mean",
                "It is a mean of logs of *estimated* probabilities, which is biased.",
            ),
        ),
    ),
    Question(
        "0.t8",
        "A network maps pictures of 10,000 pixels to 32 real numbers, and no two pictures of the "
        "data set share a code. "
        "How much information about which picture it was is lost?",
        (
            Option("none of it", "Every picture can be told from its code: dimensions are not bits.", True),
            Option(
                "99.7 % of it",
                "That is the drop in dimensions, 32 of 10,000. Information counts distinct codes.",
            ),
            Option("all but 32 bits", "A real number is not one bit; here it can hold many."),
            Option("about half of it", "Nothing that can be undone loses anything."),
        ),
    ),
    Question(
        "0.t9",
        "On one text, model A has perplexity 12 per token with 4 bytes per token; model B has "
        "perplexity 30 per token "
        "with 6 bytes per token. Which model would compress the text better?",
        (
            Option(
                "model A, its perplexity is lower",
                "Their tokens are different units. Convert to bits per byte first.",
            ),
            Option("both alike", "log2 12 / 4 = 0.896 and log2 30 / 6 = 0.818 bits per byte."),
            Option("model B", "log2 30 / 6 = 0.818 bits per byte against log2 12 / 4 = 0.896.", True),
            Option(
                "perplexity says nothing about it",
                "Its log is the bill per token; divide by the bytes per token.",
            ),
        ),
    ),
    Question(
        "0.t10",
        "The logits of a classifier are divided by a temperature of 2 before the softmax. What "
        "cannot change?",
        (
            Option("the mean log loss", "It does change; that is why a temperature can be fitted."),
            Option(
                "the class it ranks first",
                "Dividing by 2 keeps the order, so the first stays the first.",
                True,
            ),
            Option("the entropy of the output", "Hotter is flatter, and flatter has more entropy."),
            Option("the probability of the first class", "It moves towards 1/K."),
        ),
    ),
)

QUESTIONS = ENTRY_CHECK + CONCEPT_TEST

PREDICTIONS: tuple[Prediction, ...] = ()
