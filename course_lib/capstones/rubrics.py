"""What each capstone asks for, in words: the task, the five checks, the questions for yourself."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Rubric:
    """A capstone's task."""

    letter: str
    title: str
    task: str
    checks: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]

    def __repr__(self) -> str:
        checks = [f"{n}. {name}: {needed}" for n, (name, needed) in enumerate(self.checks, start=1)]
        questions = [f"- {question}" for question in self.questions]
        return "\n".join([self._head, self.task, "Checked for you:", *checks, "Asked of you:", *questions])

    def _repr_html_(self) -> str:
        checks = "".join(f"<li>{escape(name)}: {escape(needed)}</li>" for name, needed in self.checks)
        questions = "".join(f"<li>{escape(question)}</li>" for question in self.questions)
        head = f"<p><strong>{escape(self._head)}</strong></p><p>{escape(self.task)}</p>"
        return f"{head}<p>Checked for you:</p><ol>{checks}</ol><p>Asked of you:</p><ul>{questions}</ul>"

    @property
    def _head(self) -> str:
        return f"Capstone {self.letter}: {self.title}"


RUBRICS = {
    "A": Rubric(
        "A",
        "a compressor",
        "Write a class whose objects predict the next of the 27 letters: probabilities() returns a "
        "dictionary of letter and probability, or 27 numbers in the order of ngram.ALPHABET; update(letter) "
        "learns from what came. A new object knows nothing. It is shown the first nine tenths of the "
        "course's text, then an arithmetic coder writes the last tenth with its probabilities, and a second "
        "new object reads it back. Call capstone_a(YourClass).",
        (
            ("predicts", "27 probabilities that sum to 1, above 0 for every letter that comes"),
            ("starts from nothing", "a new object pays at least 2.5 bits a letter for its first thousand"),
            ("lossless", "the text that is read back is the text that was written"),
            ("small", "at most 1.72 bits a letter on the last tenth, by the length of the file"),
            ("in time", "all of it within 60 seconds"),
        ),
        (
            "Print the ten dearest places. What would have had to be known there?",
            "What does the receiver need besides the file, and who paid for that?",
            "bz2 sorts the text before it codes it, and pays about 1.62 bits here. What does it see?",
            "On which other text would your model be worse than gzip? Try it.",
            "In one sentence for a friend: why is a good predictor a good compressor?",
        ),
    ),
    "B": Rubric(
        "B",
        "an honest classifier",
        "Train any classifier on the training digits of datasets.digits_split(), choose what is to be chosen "
        "on its validation digits, and give probabilities for its 450 test digits, shape (450, 10). Then "
        "write alarm(pixels), which is shown 50 digits, shape (50, 64), and returns True if they look "
        "unlike those it knows. Call capstone_b(probabilities, alarm).",
        (
            ("forecasts", "450 rows of 10 probabilities, each row summing to 1"),
            ("small bill", "at most 0.12 nats per test digit"),
            ("calibrated", "a bill that such forecasts run up in 99 of 100 worlds where they are true"),
            ("quiet alarm", "at most 15 of 100 batches of unchanged digits set it off"),
            ("alert alarm", "at least 18 of 20 batches of each changed sort set it off"),
        ),
        (
            "Which digits pay the dearest bills? Look at three of them: whose fault is it?",
            "What did you choose on the validation digits, and what would choosing it on the test digits "
            "have done to the bill?",
            "Where does your alarm's threshold come from: a null distribution, or a habit?",
            "Name a change of the digits that your alarm cannot notice. Is it one that matters?",
            "In one sentence for a user: what does it mean when the model says 80 %?",
        ),
    ),
    "C": Rubric(
        "C",
        "a story told by three features",
        "Of the thirty measurements in datasets.breast_cancer() choose at most three, in the order in which "
        "they should be asked for, by what each adds to those before it about whether the tumour is benign. "
        'Call capstone_c(["worst perimeter", …]) with their names. The check cuts every measurement into '
        "4 bins of equally many tumours, and compares what each adds with 1,000 shuffles among tumours that "
        "are alike in all earlier ones.",
        (
            ("three at most", "one to three different names from feature_names"),
            ("first tells", "I(first; benign) above 99 % of its shuffles"),
            ("others add", "what each later one adds, above 99 % of its shuffles"),
            ("together", "at least 0.70 bits of 0.953 beyond what shuffles show"),
            ("tree agrees", "a tree on these within 0.02 of the accuracy of a tree on all thirty"),
        ),
        (
            "Which feature with a high I of its own did you leave out, and what does it repeat?",
            "How many features did you look at before you chose? What does that do to the shuffles' 99 %?",
            "Cut into 8 bins instead of 4: which of your numbers move, and which conclusions?",
            "I(X;Y) is symmetric. Does anything here say what causes what?",
            "Tell the story in three sentences to the person whose tumour it is.",
        ),
    ),
    "D": Rubric(
        "D",
        "a language model steered at the least cost",
        'After "The movie was" the language model gives ten words of praise a small share of its next '
        'token. records.load("language_prompts") holds its log-probabilities (the row of that prompt) and '
        "praise_ids. Make a new distribution over all 49,152 tokens that praises half of the time and moves "
        "as little as possible from the model's own, in KL. Call capstone_d(new).",
        (
            ("distribution", "49,152 probabilities that sum to 1"),
            ("praises", "at least 0.5 on the ten words"),
            ("no more than asked", "at most 0.001 bits spent on praising more than half of the time"),
            ("fair among the ten", "at most 0.001 bits spent on changing which praise"),
            ("hands off the rest", "at most 0.001 bits spent on changing the other tokens' shares"),
        ),
        (
            "Where would 100 % praise have ended, in bits, and why is that the surprise of an event?",
            "Your distribution is a tilt π_ref · exp(r/β_RL). Which β_RL?",
            "Best-of-n among samples: which n praises about half of the time, and what does it cost in KL?",
            "The reward counts ten words. Name a reply that earns it and does not praise.",
            "In one sentence: what does the KL leash protect?",
        ),
    ),
}


def rubric(letter: str) -> Rubric:
    """Show what a capstone asks for.

    Parameters
    ----------
    letter : {"A", "B", "C", "D"}

    Examples
    --------
    >>> rubric("D").title
    'a language model steered at the least cost'
    """
    key = letter.upper() if isinstance(letter, str) else letter
    if key not in RUBRICS:
        raise LookupError(f"There is no capstone {letter!r}. There are: {', '.join(RUBRICS)}.")
    return RUBRICS[key]
