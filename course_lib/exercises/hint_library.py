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
    # ------------------------------------------------------------------ what two variables share
    "JOINT_FORGOTTEN": (
        "That adds the two entropies. What is counted twice in it?",
        "Subtract H(X,Y), the entropy of all the cells together.",
    ),
    "JOINT_FOR_MI": (
        "That is all there is to know about the pair.",
        "H(X) + H(Y) − H(X,Y).",
    ),
    "MI_NORMALISED": (
        "Scaled to lie between 0 and 1: that is NMI, and it has no unit.",
        "Leave the division by an entropy out.",
    ),
    "OWN_ENTROPY": (
        "That is the entropy of one side. How much of it does the other side tell?",
        "Subtract what stays open once the other side is known.",
    ),
    "FAIR_SHARES": (
        "What the two tell together was shared out between them.",
        "Make the table of each one alone.",
    ),
    "SUM_OF_PARTS": (
        "Do the features overlap, or work only as a team?",
        "Compute the joint table of the pair.",
    ),
    "RANKED_ALONE": (
        "The two best alone need not be the best two together.",
        "Compute all pairs: ranking ignores redundancy.",
    ),
    "REDUNDANT": (
        "Both say nearly the same thing.",
        "Compute all pairs.",
    ),
    "RUNNER_UP": (
        "Close. Were all pairs compared?",
        "Compute all of them to four decimals.",
    ),
    "ONE_OF_TWO": (
        "That belongs to one feature. Asked is the pair.",
        "Take the two columns together: a whole row is one label.",
    ),
    "COVARIANCE": (
        "That is the covariance. What turns it into a correlation?",
        "Divide by both standard deviations.",
    ),
    "R_SQUARED": (
        "That is r². Asked is r, which has a sign as well.",
        "Take the root, and ask which way the line slopes.",
    ),
    "TRUE_VALUE": (
        "That is the true value. It is not what you will measure.",
        "Independent data show about (K_x − 1)(K_y − 1) / 2n nats.",
    ),
    "CELLS_FOR_DOF": (
        "That counts the cells. The margins are estimated too: how many cells can still vary?",
        "(K_x − 1)(K_y − 1).",
    ),
    "NO_NULL": (
        "0 would mean that chance adds nothing. How large is this for shuffled labels?",
        "About (occupied combinations − 1)(2 − 1) / 2n nats.",
    ),
    "EMPTY_CELLS": (
        "That counts all 64 combinations of bins. How many of them occur at all?",
        "Only the occupied ones: len(np.unique(pairs, axis=0)).",
    ),
    # ------------------------------------------------------------------ wires and summaries
    "CAPACITIES_MULTIPLIED": (
        "The bits of the two wires were multiplied. Bits are not probabilities.",
        "Find the flip probability of both wires in a row, then its bits.",
    ),
    "FLIPS_ADDED": (
        "The flips were added: 0.1 + 0.1. What happens when both wires flip?",
        "Two flips cancel: only exactly one of two spoils the bit.",
    ),
    "NO_LOSS": (
        "That is one wire. Does the second one lose nothing?",
        "Find the flip probability of both in a row.",
    ),
    "PROBABILITY_FOR_BITS": (
        "That is the probability that the bit arrives wrong. How many bits does it leave?",
        "1 − H of it.",
    ),
    "WHOLE_FOR_SUMMARY": (
        "That is what X itself tells about Y. T is coarser.",
        "Put the inputs of each drawer together first, then compare the two drawers.",
    ),
    "OTHER_DRAWERS": (
        "Those are other drawers: x₁ with x₃, and x₂ with x₄.",
        "Put together what the exercise puts together.",
    ),
    "OTHER_WHOLE": (
        "A share of what? It was divided by something else.",
        "Divide by I(X;Y), all that X tells about Y.",
    ),
    "OTHER_BETA": (
        "Right for the other convention, where the factor stands at the other term.",
        "Take one over it: the two factors are reciprocals.",
    ),
    "ROOT_OR_SQUARE": (
        "A root or a square too many.",
        "One over the eigenvalue as it is.",
    ),
    "UNITS_NOT_BITS": (
        "That counts units. How many *distinct* codes can occur?",
        "Take log2 of their number, if they are equally likely.",
    ),
    "COUNTED_TWICE": (
        "The same bits were counted twice.",
        "Once the first has told them, the second adds nothing.",
    ),
    "COARSE_RULER": (
        "That is the old ruler, with 30 bins. With extra marks on it, can it see the same?",
        "Take 60 bins.",
    ),
    "OTHER_RULER": (
        "That is the right place with another ruler.",
        "Half the width means 60 bins.",
    ),
    "DOUBLED": (
        "Does half the width mean twice the bits? Bits count doublings of *codes*.",
        "Look it up: 60 bins.",
    ),
    "EVENLY_SPREAD": (
        "That would be so if the values were spread evenly within their bins. Are they?",
        "Look it up: 60 bins. tanh gathers its values at the ends of the scale.",
    ),
    "OTHER_LAYER": (
        "That is the layer before.",
        "The last hidden layer is layer 5, the one with 3 units.",
    ),
    "OTHER_RUN": (
        "That is a run with another seed.",
        "Take the first one, place 0.",
    ),
    "OTHER_NETWORK": (
        "That is the ReLU network.",
        "Take activation 0, tanh.",
    ),
    # ------------------------------------------------------------------ perplexity and tokens
    "PPL_ARITH": (
        "Perplexity is a *geometric* mean of 1/p.",
        "Average logs, then exponentiate.",
    ),
    "PPL_TOTAL": (
        "That is e to the *sum* of all nats: it grows with every token. Per token, please.",
        "Divide by the number of tokens before the power.",
    ),
    "PPL_DIFFERENCE": (
        "That subtracts perplexities. Which quantity is additive, perplexity or its log?",
        "Subtract the bits.",
    ),
    "LOSS_FOR_PPL": (
        "That is the mean surprise. Among how many equal choices is that much surprise?",
        "Raise the base of the log to that power.",
    ),
    "RATIO_FOR_WASTE": (
        "A ratio. The waste is a number of bits: bill minus what cannot be saved.",
        "Subtract the entropy from the cross-entropy.",
    ),
    "PERFECT_FOR_BEST": (
        "1 is for a text that holds no surprise at all. This one has entropy of its own.",
        "2 to the power of its entropy.",
    ),
    "MACRO": (
        "Both documents count the same here. Should a 10-token note weigh as much as a book?",
        "Sum the nats of all tokens, divide by the number of tokens.",
    ),
    "PER_WHAT": (
        "Different tokenizers: tokens are different units.",
        "nats/token ÷ ln 2 ÷ bytes/token.",
    ),
    # ------------------------------------------------------------------ steering and generative models
    "FORGOT_REF": (
        "Where did the reference policy go? That is softmax(r/β).",
        "π_ref·exp(r/β), divided by the sum.",
    ),
    "BETA_INVERTED": (
        "The rewards were multiplied by β. A small β should trust the reward more.",
        "Divide the rewards by β.",
    ),
    "BETA_FORGOTTEN": (
        "That is the policy for β = 1. What is the reward divided by?",
        "π_ref·exp(r/β), divided by the sum.",
    ),
    "UNTILTED": (
        "That is the reference's own probability: nothing was tilted.",
        "Multiply it by exp(r/β), then divide by the sum.",
    ),
    "PENALTY_FOR_KL": (
        "That is β·D, the price paid. Asked is D itself.",
        "Divide by β.",
    ),
    "LOG_N_CAP": (
        "With N candidates the score cannot exceed log2 N, however good the critic is.",
        "The score is log2 N minus a loss that is at least 0.",
    ),
    "NEGATIVES_ONLY": (
        "That leaves the true partner out. It is one of the N candidates.",
        "N counts all of them.",
    ),
    "KL_ADDED": (
        "The divergence was added. Does it raise the bound that the code says something?",
        "ELBO = reconstruction − D(q‖prior).",
    ),
    "RECONSTRUCTION_ONLY": (
        "That is E_q[ln p(x|z)] alone. What does the code itself cost?",
        "Subtract D(q‖prior).",
    ),
    "EVIDENCE_FOR_BOUND": (
        "That is ln p(x) itself. The ELBO reaches it only if q is the posterior.",
        "E_q[ln p(x|z)] − D(q‖prior).",
    ),
    "RATE_FOR_GAP": (
        "That is the rate, D(q‖prior). The gap compares q with the posterior.",
        "The posterior is prior times likelihood, divided by p(x).",
    ),
    # ------------------------------------------------------------------ the complete picture
    "JOINT_ADDED": (
        "All three were added. What is counted twice in H(X) + H(Y)?",
        "Subtract H(X,Y).",
    ),
    "INDEPENDENCE_ASSUMED": (
        "0 would mean H(X,Y) = H(X) + H(Y). Is that so here?",
        "H(X) + H(Y) − H(X,Y).",
    ),
    "OTHER_PAIR": (
        "That belongs to another divergence.",
        "Ask who draws the samples that this loss is a mean over.",
    ),
    "FLOOR_OF_NOISE": (
        "0 is too low: something stays that no training changes.",
        "Write the loss as a divergence plus a rest; the rest is the floor.",
    ),
    "FLOOR_OF_LABELS": (
        "That is the floor for labels. Here y is a number with Gaussian noise.",
        "Its differential entropy is the floor.",
    ),
    "OBJECTIVE_FOR_LOSS": (
        "That belongs to the objective, which is maximised.",
        "Turn the sign for the loss.",
    ),
    "CLAIM_BELIEVED": (
        "Does the number bear the claim out?",
        "Compute it first, then judge.",
    ),
    "CLAIM_DOUBTED": (
        "It sounds odd. Does the number bear it out all the same?",
        "Compute it first, then judge.",
    ),
    "COMPARED_WITH": (
        "That is what it is compared with.",
        "Read again what is asked.",
    ),
    "ASSUMED": (
        "That takes for granted what is to be tested.",
        "Compute both terms and add them.",
    ),
    "EXP_FORGOTTEN": (
        "That adds the losses. exp(−loss) of each comes first.",
        "exp(−1) + exp(−1).",
    ),
    "AVERAGE_FOR_ROW": (
        "That is H(Y|X), the average over x. X = 0 has been heard.",
        "The entropy of the first row alone, divided by its sum.",
    ),
    "UNIT_FORGOTTEN": (
        "0 is right for discrete variables. The density gets a hundred times lower; what does −log of it do?",
        "h(aX) = h(X) + log |a|.",
    ),
    "SCALE_FORGOTTEN": (
        "That is h of N(0, 1). What does a tenth of the width do?",
        "Add log2 0.1, or put σ² = 0.01 into the formula.",
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
    "LOST_AXIS": (
        "Row numbers met columns: z.max(axis=1) has lost an axis, and NumPy lined it up with the columns.",
        "Keep the axis, for a maximum and for a sum to divide by: keepdims=True.",
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
    # ------------------------------------------------------------------ a learner's bottleneck
    "DIVERGENCE_REVERSED": (
        "The divergence runs the other way: p(y|t) stands first in it. Which of the two produces the y?",
        "x does: rel_entr(p(y|x), p(y|t)), summed over y.",
    ),
    "P_T_MISSING": (
        "The factor p(t) is missing: every summary value starts with the same weight. Should a rare t?",
        "Multiply by p_t before dividing by the row's sum.",
    ),
    "P_T_UNWEIGHTED": (
        "All x count the same in p(t) or p(y|t). Are they equally likely?",
        "Weight by p(x): p_t = p_x @ encoder, and p(y|t) comes from encoder.T @ joint.",
    ),
    "BITS_IN_EXP": (
        "Units are mixed: exp with bits, or 2 to the power of nats.",
        "exp goes with the natural logarithm: D in nats.",
    ),
    "EXPONENT_SIGN": (
        "The exponent's sign is turned: here x prefers the t that fits it *worst*.",
        "exp(−β·D): the larger the divergence, the smaller the share.",
    ),
    "JOINT_FOR_ROWS": (
        "p(x,y) stands where p(y|x) belongs.",
        "Divide each row of joint by its sum, p(x), first.",
    ),
    "OLD_ENCODER": (
        "The old p(t|x) stands where p(t) belongs.",
        "One p(t) for all x: p_x @ encoder.",
    ),
    "UNCHANGED": (
        "The encoder came back as it went in.",
        "Compute the new one from p(t) and the divergences, and return that.",
    ),
    "JOINT_RETURNED": (
        "That is p(x,t): each row is multiplied by p(x).",
        "Return p(t|x), rows that add up to 1.",
    ),
    "TRANSPOSED": (
        "Rows and columns are exchanged: here the rows are t.",
        "One row per x: transpose the result.",
    ),
    "COLUMNS_NORMALISED": (
        "The *columns* add up to 1. Which variable is given, x or t?",
        "Divide each row by its sum: new / new.sum(axis=1, keepdims=True).",
    ),
    "ROWS_UNNORMALISED": (
        "The rows do not add up to 1. What does ∝ leave to do?",
        "Divide each row by its sum: new / new.sum(axis=1, keepdims=True).",
    ),
    "OBJECTIVE_ROSE": (
        "The rows add up to 1, but I(X;T) − β·I(T;Y) went up. A right step never raises it.",
        "Check p(t), p(y|t) and D one by one on a 2 × 2 table.",
    ),
    # ------------------------------------------------------------------ answers that are not numbers yet
    "OTHER_NAME": (
        "That is another quantity.",
        "Ask what it measures, and of which variable.",
    ),
    "NAME_WANTED": (
        "That is a number. Here a name is asked, in quotes.",
        "Write it as the course does, in quotes.",
    ),
    "VERDICT_WANTED": (
        "That is a number, where True or False belongs.",
        "In brackets: True or False first, then the number.",
    ),
    "MAPPING_WANTED": (
        "This exercise asks for a dictionary, and that is something else.",
        "Curly brackets, and for every row its name, a colon and the answers in brackets.",
    ),
    "UNKNOWN_KEY": (
        "Use the names of the rows as the exercise has them.",
        "Only the answers are yours to fill in.",
    ),
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
        "Hand over its name without brackets: my_function, not my_function(2).",
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
