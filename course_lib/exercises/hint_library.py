"""The words for every kind of slip: a first line, and a second one for when it comes back."""

from __future__ import annotations

from course_lib.exercises.material import Hints

HINTS: dict[str, Hints] = {
    # ------------------------------------------------------------------ units, signs, sums
    "NATS_FOR_BITS": (
        "Right structure, other unit: this is in nats. What base makes a fair coin worth 1?",
        "Use log2, or divide nats by ln 2 = 0.6931.",
    ),
    "BITS_FOR_NATS": (
        "This is in bits; the answer is asked in nats. Which log do ML libraries use?",
        "Multiply bits by 0.6931.",
    ),
    "HARTLEYS": (
        "That is the base-10 logarithm: hartleys. Which base gives bits?",
        "One hartley is 3.3219 bits: use log2, or multiply.",
    ),
    "CONVERTED_BACKWARDS": (
        "The conversion ran the wrong way. Which is the bigger unit, a nat or a bit?",
        "One nat is 1.4427 bits, so the same surprise is a *larger* number of bits: divide by ln 2 = 0.6931.",
    ),
    "SIGN": (
        "Can this quantity have that sign? Check its bounds.",
        "log of a number below 1 is negative: one minus sign is missing or too many, or a ratio "
        "is upside down.",
    ),
    "MEAN_FOR_SUM": (
        "You averaged over outcomes, but the probabilities are already the weights.",
        "Use sum, not mean, inside an expectation.",
    ),
    "SUM_FOR_MEAN": (
        "This grows with the number of rows. What should an average do when the data set is duplicated?",
        "Divide by the number of examples.",
    ),
    "TERMS_NOT_ADDED": (
        "These are the terms, one by one. The question asks for one number.",
        "Add them up: np.sum(...).",
    ),
    "INVERTED": (
        "That is one over the answer: a ratio is upside down.",
        "Check which number belongs in the denominator.",
    ),
    "PERCENT": (
        "That is in percent, and a probability lies between 0 and 1.",
        "Divide by 100.",
    ),
    "ORDER": (
        "Right numbers, wrong order: the exercise says which comes first.",
        "Read the question again and name each of your numbers.",
    ),
    "ROUNDED": (
        "Right as far as it goes. One or two more decimals, please: some wrong roads end very close by.",
        "Give the number unrounded, straight from the computation.",
    ),
    "OUT_OF_BOUNDS": (
        "This quantity cannot take that value.",
        "Check it against its bounds before anything else.",
    ),
    # ------------------------------------------------------------------ logarithms at their edge
    "ZERO_LOG_ZERO": (
        "The result is NaN (not a number). 0·log 0 has a limit. Which?",
        "It is 0: keep only the cells with p > 0 before the log, or use scipy.special.entr / rel_entr.",
    ),
    "INFINITE": (
        "The result is infinite: somewhere the log of 0 was taken and given weight.",
        "Look for a probability of exactly 0, and ask whether it should count.",
    ),
    "EPS_CLIP": (
        "Change your epsilon and watch the answer move. Is that a property of the data?",
        "The value shown is the log of your epsilon, not of the event: return inf where p is 0.",
    ),
    "UNNORMALISED": (
        "These numbers do not add up to 1. Entropy of *what* distribution?",
        "Divide by the total first.",
    ),
    "RENORM_SMOOTH": (
        "Epsilon was added to the cells or to the log: a different distribution.",
        "Drop the zero cells instead; 0·log 0 counts as 0 exactly.",
    ),
    "NO_SMOOTHING": (
        "An infinite or undefined surprise: a pixel that was never inked in its class got probability 0.",
        "Estimate every pixel by (inked + 1) / (images + 2), as the exercise states.",
    ),
    # ------------------------------------------------------------------ one event, many events
    "LOG_FORGOTTEN": (
        "1/p counts the equally likely cases. How many yes/no questions pick one of them?",
        "Take log2 of 1/p.",
    ),
    "WEIGHTED_ONCE": (
        "You weighted by p already. This is one event: there is no average yet.",
        "Leave the factor p away; −p·log p is that outcome's share of an entropy.",
    ),
    "LOG_OF_SUM": (
        "The sum of the probabilities is not the probability of all of it.",
        "Everything happened, so multiply the probabilities, or add the surprises.",
    ),
    "LOG_OF_MEAN": (
        "−log of the mean probability. Mean of logs or log of mean? They differ.",
        "Take the log of each one first.",
    ),
    "PPL_BASE": (
        "The base of the power must be the base of the log.",
        "The loss was in nats, so undo it with e: p = exp(−loss).",
    ),
    # ------------------------------------------------------------------ Bayes
    "BASE_RATE": (
        "You answered P(positive given ill). Asked: P(ill given positive).",
        "Start from the prior odds.",
    ),
    "TOTAL_PROBABILITY": (
        "You divided by P(positive given healthy). How often is a test positive at all?",
        "Divide by the total: ill and positive, plus healthy and positive.",
    ),
    "PRIOR_IGNORED": (
        "That treats ill and healthy as equally common.",
        "Weight each by how common it is: start from the odds ill : healthy before the test.",
    ),
    "ODDS_FOR_PROBABILITY": (
        "Those are the odds: probability = odds/(1 + odds).",
        "Odds of 1 : 1 are the probability one half, not one.",
    ),
    "LOG_ODDS_FOR_PROBABILITY": (
        "Those are the log-odds in bits.",
        "2 to that power gives the odds; probability = odds/(1 + odds).",
    ),
    "SPECIFICITY": (
        "That is 1 minus the false-positive rate: how often the *healthy* test negative.",
        "Asked is how many of the positives are ill. Start from the prior odds.",
    ),
    "STOPPED_EARLY": (
        "At that count the posterior is still below 95 %.",
        "Each positive multiplies the odds by the same factor; keep going until the odds pass 19 : 1.",
    ),
    # ------------------------------------------------------------------ distributions and tables
    "LOG_K": (
        "You used log2 K. Only the uniform distribution reaches it.",
        "Weight each outcome's own surprise by its own probability.",
    ),
    "UNWEIGHTED": (
        "Rare rows count as much as common ones here. Should they?",
        "Weight by P(X=x), or by n_branch/n.",
    ),
    "WRONG_CONDITION": (
        "Which variable do you already know? You conditioned on the other one.",
        "Normalise along the axis of the *unknown*: each row, when the rows are X and X is known.",
    ),
    "JOINT_FOR_COND": (
        "You counted X's own uncertainty too.",
        "Subtract H(X); or normalise each row.",
    ),
    "MARGINAL_FOR_COND": (
        "That is H(Y): the uncertainty before anyone told you X.",
        "Take the entropy inside each row, then average the rows by P(X=x).",
    ),
    "REMAINING_FOR_GAIN": (
        "That is what is left, not what was gained.",
        "Parent minus it.",
    ),
    "GAIN_FOR_REMAINING": (
        "That is what X *saved*: H(Y) − H(Y|X). Asked is what is left.",
        "Subtract it from H(Y).",
    ),
    "GINI": (
        "That is the drop in Gini impurity.",
        "Replace 1−Σp² by −Σp log p.",
    ),
    "AVG_FOR_POOLED": (
        "You averaged the entropies. Mixing hides which source spoke: did you count that?",
        "Average the *distributions*, then take H. The difference is what a symbol tells about its source.",
    ),
    "POOLED_FOR_AVG": (
        "That is the entropy of the pooled stream. Asked is the mean of the two sources' own entropies.",
        "Take H of each source first, then average.",
    ),
    "WORD_FOR_LENGTH": (
        "That is a codeword. Asked is its *length*.",
        "How many digits does it have?",
    ),
    "SD_FOR_VAR": (
        "Is the number in the formula σ or σ²?",
        "Square σ where the formula has σ².",
    ),
    # ------------------------------------------------------------------ two distributions
    "SWAPPED": (
        "That averages with the model's probabilities. Who produces the data?",
        "Truth first: the weights are p, the log is of q.",
    ),
    "H_ONLY": (
        "The model (or the truth) does not appear in this answer.",
        "The log is of q, the weight is p.",
    ),
    "KL_FOR_CE": (
        "That is only the waste: H(p,q) − H(p). Asked is the whole bill.",
        "Do not subtract H(p): sum −p·log2 q.",
    ),
    "CE_FOR_KL": (
        "That is the whole bill. How much of it was unavoidable?",
        "Subtract H(p).",
    ),
    "SYMMETRISED": (
        "That blends the two directions.",
        "Decide who is true: D(p‖q) alone, with p's weights.",
    ),
    "SYMMETRY_ASSUMED": (
        "The same number for both directions. Is D symmetric?",
        "Whoever stands first gives the weights; compute the second direction anew.",
    ),
    "ABSOLUTE_TERMS": (
        "Every term was made positive. What is gained where q gives more than p?",
        "Leave out abs(): single terms may be below 0, and only their sum may not.",
    ),
    "DROPPED_TERM": (
        "A term was left out that has weight.",
        "Leave a term out only where its weight is 0; where the model says 0 and the truth does not, D is "
        "infinite.",
    ),
    "KL_FOR_JS": (
        "That is D of the one from the other. Where is the midpoint?",
        "Average the two distributions first, then take each one's D from that mean.",
    ),
    "JS_ROOT": (
        "Metric or divergence? Libraries often return the root.",
        "Square it; set base=2.",
    ),
    "JS_HALF": (
        "That is the sum of the two. Twice too much?",
        "Take the average of the two KLs, not their sum.",
    ),
    # ------------------------------------------------------------------ bells and their fits
    "VAR_FOR_SD": (
        "Is that number σ or σ²?",
        "The variance is σ²; take its root where σ is meant.",
    ),
    "CONSTANT_FORGOTTEN": (
        "Test the formula on a case that you know. Does it hold there?",
        "A constant term is missing.",
    ),
    "NUMERATOR_INCOMPLETE": (
        "Part of a numerator is missing.",
        "Write the formula down and tick off every symbol.",
    ),
    "RATIO_FLIPPED": (
        "The ratio inside the log is upside down.",
        "Log of the model's σ over the truth's σ.",
    ),
    "LOST_HALF": (
        "One half went missing; check with μ = 1, σ = 1: that costs 0.5.",
        "The sum in the brackets is multiplied by ½.",
    ),
    "LOGVAR": (
        "`log_var` is log σ², not log σ.",
        "σ² = exp(log_var), without a factor of 2.",
    ),
    "REVERSE_FIT": (
        "That sits on the larger hill: it is the reverse fit. Which direction is asked for?",
        "With the data first, every sample counts, those of the smaller hill too: copy the data's mean.",
    ),
    "SQUARED_MEAN": (
        "That is the root of E[x²]. The bell is not centred at 0.",
        "Variance is E[x²] minus the squared mean.",
    ),
    "WITHIN_ONLY": (
        "That is the spread within the parts. What about the spread between them?",
        "Variance is within plus between.",
    ),
    "BETWEEN_ONLY": (
        "That is the spread between the parts. What about the spread within them?",
        "Variance is within plus between.",
    ),
    # ------------------------------------------------------------------ evidence
    "MIXED_UNITS": (
        "Bits were divided by nats, or nats by bits.",
        "Use the same log above and below.",
    ),
    "ODDS_OF_95_PERCENT": (
        "A probability of 95 % is odds of 19 : 1.",
        "Odds are p/(1 − p).",
    ),
    "OTHER_COIN": (
        "That belongs to another coin.",
        "Read off the two distributions again.",
    ),
    # ------------------------------------------------------------------ losses of classifiers
    "ROUNDED_EARLY": (
        "Very near: a probability was rounded before its log was taken.",
        "Keep four decimals or more until the end, or use log Σ exp z − z[true].",
    ),
    "SOFTMAX_TWICE": (
        "A softmax of a softmax: that loss wants logits, and here it got probabilities.",
        "Pass z, not softmax(z).",
    ),
    "FORGOT_TRUE_LOGIT": (
        "That is log Σ exp z, and also the loss of a class whose logit is 0. Which class is the true one?",
        "Subtract the logit of the true class, counted from 0.",
    ),
    "BASE_TWO_SOFTMAX": (
        "Powers of 2 where softmax has powers of e: those are other probabilities.",
        "Take exp, not exp2. The unit is chosen by the log afterwards.",
    ),
    "PUBLISHED": (
        "That number has been printed for these logits. It is right neither in nats nor in bits.",
        "Compute it: the share of e^1.2 in the sum, then minus its log.",
    ),
    "PROBABILITY_FOR_LOSS": (
        "That is the probability of the true class. How surprising is it?",
        "Take minus the natural log of it.",
    ),
    "NO_LOG": (
        "That is 1 minus the mean probability: there is no logarithm in it.",
        "Take −ln of each probability, then the mean.",
    ),
    "GEOMETRIC_MEAN": (
        "That is the probability that has this mean loss. One step back.",
        "Take minus its natural log; or leave out the exp at the end.",
    ),
    "HALF_BCE": (
        "What is the loss when y = 0?",
        "Add (1−y)·log(1−p).",
    ),
    "LABELS_FLIPPED": (
        "Every row paid for what did *not* happen.",
        "log p goes with y = 1, log(1 − p) with y = 0.",
    ),
    "ALL_AS_ONES": (
        "Every row paid −log p, also where the answer was no. What was given to *no* there?",
        "For y = 0 take 1 − p.",
    ),
    "SQUARED_ERROR": (
        "That is the mean squared error, also called the Brier score. Asked is a log loss.",
        "Replace (y − p)² by −ln of the probability of what happened.",
    ),
    # ------------------------------------------------------------------ temperature
    "TAU_INVERTED": (
        "The logits were multiplied by τ. Hotter should be flatter.",
        "Divide logits by τ.",
    ),
    "TAU_ONE": (
        "That is the loss before any temperature: τ = 1.",
        "Divide the test logits by the τ that the validation part chose.",
    ),
    "TAU_BY_ACCURACY": (
        "τ = 1 changes nothing. Was it chosen by accuracy? That is the same for every τ.",
        "Choose τ by the mean loss on the validation part: it has one lowest point.",
    ),
    "LOGITS_NOT_ODDS": (
        "τ divides logits, which are logs of odds, not odds or probabilities.",
        "Take the log of the odds first.",
    ),
    "GAP_FOR_TAU": (
        "That is the gap between the logits. τ is what it has to be divided by.",
        "Which gap would say what comes true? τ is the one gap over the other.",
    ),
    "LOOKED_AT_TEST": (
        "That τ was fitted to the test part: a look at the exam before the exam.",
        "Fit τ on the validation part; use the test part once, at the end.",
    ),
    "FITTED_ON_TRAIN": (
        "On the training part the model makes no mistake, so it would like to be ever surer: τ falls to 0.",
        "Fit τ on digits that it was not trained on: the validation part.",
    ),
    "OTHER_MODEL": (
        "That τ suits the model with C = 1, which is not sure enough. Asked is the one with C = 10,000.",
        "LogisticRegression(C=1e4, max_iter=5000), the rest as it comes.",
    ),
    "ACCURACY_FOR_LOSS": (
        "That is the accuracy on the test part, which no τ changes. Asked is the loss.",
        "Average −ln of the probability of the true class.",
    ),
    # ------------------------------------------------------------------ data
    "MINIMUM": (
        "That is the *least* surprising image. Which end of the ranking is asked for?",
        "Use argmax, not argmin.",
    ),
    "PER_PIXEL": (
        "That is the mean per pixel. Asked is the surprise of the whole image.",
        "Independent pixels: add their bits over all 64.",
    ),
    # ------------------------------------------------------------------ a learner's function
    "NO_RETURN": (
        "The function gave back None. Is there a return?",
        "A function that prints its result still has to return it.",
    ),
    "NEGATIVE_ZERO": (
        "A sure event came back as −0.0. Zero has no sign in the answer; −0.0 + 0.0 is 0.0.",
        "log 1 is 0, and minus 0.0 prints as -0.0: add 0.0 to the result, or use log(1/p).",
    ),
    "LOG_WARNING": (
        "The value is right, but NumPy warned about a division or a log of zero on the way.",
        "Say that it is meant: wrap the log in `with np.errstate(divide='ignore'):`.",
    ),
    "SHAPE_LOST": (
        "The result has another shape than the input.",
        "Work on np.asarray(p) as a whole, without loops, ravel or sum.",
    ),
    "LIST_INPUT": (
        "It works on arrays but not on a list.",
        "Start with p = np.asarray(p, dtype=float).",
    ),
    "UNIT_IGNORED": (
        "The unit makes no difference to the result.",
        "Divide the natural log by ln 2 for bits, and by 1 for nats.",
    ),
    "NOT_REFUSED": (
        "That is not a probability, yet the function answered.",
        "Raise ValueError unless every p satisfies 0 ≤ p ≤ 1; comparisons with NaN are False, so "
        "test for what is allowed.",
    ),
    "WRONG_ERROR": (
        "It refused, as it should, but not with ValueError.",
        "raise ValueError('p must lie between 0 and 1') says it best.",
    ),
    "REFUSED": (
        "The function refused an input that is fine.",
        "0 and 1 are probabilities too.",
    ),
    "RAISED": (
        "The function stopped with an error on an input that is fine.",
        "Call it yourself with that input and read the last line of the error.",
    ),
    "RECURSES": (
        "The function calls itself without end. Is there a name inside that is also its own?",
        "If it uses another function of the same name, import that one under another name.",
    ),
    "TOO_LONG": (
        "The function was still running after 2 seconds, so it was stopped. Does its loop have an end?",
        "Arrays need no loop here: one NumPy expression does all elements.",
    ),
    "NOT_THE_MAIN_THREAD": (
        "A function can be checked only from an ordinary cell, where it can be stopped if it never ends.",
        "Call check(...) in a cell of its own.",
    ),
    "WRONG_VALUE": (
        "The value is not right yet.",
        "Work this one out by hand, then compare step by step.",
    ),
    # ------------------------------------------------------------------ a learner's loss function
    "OVERFLOW": (
        "exp(800) overflows: it is inf in floating point, and then inf/inf or log 0 follows.",
        "Subtract the row's largest logit from all of them first: softmax and loss stay the same.",
    ),
    "UNDERFLOW": (
        "Softmax rounds exp(−750) to 0, and its log is −inf; the logits themselves are harmless.",
        "Never take the log of a softmax: z − max − log Σ exp(z − max) is its log without the detour.",
    ),
    "EPS_CLIP_LOGITS": (
        "That is −ln of the epsilon, or of the smallest number that softmax may return: a cap on the loss.",
        "Leave the epsilon out and use log-softmax: the true loss is how far the logit lies behind, here "
        "hundreds of nats.",
    ),
    "GLOBAL_MAX": (
        "One row spoils the batch. From which numbers was the largest logit taken?",
        "Subtract each row's *own* largest: z.max(axis=1, keepdims=True).",
    ),
    "SOFTMAX_AXIS": (
        "The probabilities of which cells add up to 1 here? Each *row* is a distribution of its own.",
        "Sum exp z along the last axis: axis=1.",
    ),
    "CROSSED_INDEX": (
        "z[:, y] pairs every row with every label. Wanted is one logit per row.",
        "z[np.arange(len(y)), y] pairs row i with label i.",
    ),
    "ROWS_BY_LABEL": (
        "[y] on a table picks whole *rows*, the labels read as row numbers. Wanted is one logit per row.",
        "z[np.arange(len(y)), y] pairs row i with label i.",
    ),
    "PREDICTED_FOR_TRUE": (
        "That is the loss of the class with the largest logit. What does y say?",
        "Take the logit of the *true* class, z[y], whether it is the largest or not.",
    ),
    "LOSS_PER_ROW": (
        "A row of losses came back. Asked is one number.",
        "Return the mean over the rows; a single row has one loss.",
    ),
    "ONE_ROW_FAILS": (
        "A single row came in: z has one axis, and y is a plain integer without a length.",
        "np.atleast_2d(z) and np.atleast_1d(y) turn it into a batch of one.",
    ),
    "BATCH_FAILS": (
        "Several rows came in: z has two axes, and y one label per row.",
        "Work along the last axis, and pick z[np.arange(len(y)), y].",
    ),
    "NEARLY": (
        "Right to six decimals and no further: is an epsilon inside the log, or are the numbers float32?",
        "Without epsilon and in float64 it is exact to 1e-9.",
    ),
    # ------------------------------------------------------------------ answers that are not numbers yet
    "NO_ANSWER": ("Replace the ... by your answer and run the cell again.", ""),
    "NOTHING": (
        "The answer is None, which is what a function without return, or print, gives back.",
        "Hand over the number itself.",
    ),
    "TEXT": ("That is text; drop the quotes.", "Give a number, or an expression that computes it."),
    "BOOLEAN": (
        "That is True or False. The question asks for a number.",
        "A comparison gives a truth value; hand over the quantity itself.",
    ),
    "COMPLEX": (
        "That is a complex number: somewhere a root or log of a negative number was taken.",
        "Every probability lies between 0 and 1; check the sign before the log.",
    ),
    "CALLABLE": ("That is the function itself. Call it, and hand over what it returns.", "Add the brackets."),
    "NOT_A_FUNCTION": (
        "This exercise asks for a function, and that is something else.",
        "Hand over its name without brackets: check('1.3', my_surprisal).",
    ),
    "COURSE_FUNCTION": (
        "That is the course's own, and it passes. Hand over yours.",
        "Write one with a name of its own, and hand over that name.",
    ),
    "TOO_LARGE": (
        "That number is too large for floating point. No quantity of this course is.",
        "Look for a power or a product that should have been a sum of logs.",
    ),
    "SHAPE": (
        "The number of values does not fit the question.",
        "Hand over exactly what is asked, in that order.",
    ),
    "TYPE": ("That is not a number the checker can read.", "Hand over a plain number."),
    "NOT_YET": ("Not yet.", ""),
}


def words(code: str) -> Hints:
    """Return the two hint lines of a code.

    Examples
    --------
    >>> words("GINI")[0]
    'That is the drop in Gini impurity.'
    """
    return HINTS[code]
