"""Say it in one sentence: a box to write in, and a model sentence to compare with. Nothing is graded."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.controls import Action, Controls, TextBox
from course_lib.exercises.catalogue import UnknownId
from course_lib.exercises.chapter_8 import CHAPTERS_IN_A_SENTENCE


@dataclass(frozen=True)
class Explanation:
    """A why-question, and one good way to answer it in a sentence."""

    prompt: str
    model: str


EXPLANATIONS = {
    "1.halving": Explanation(
        prompt="Why does halving p add one bit, whatever p was?",
        model="Half as likely means that the same event happens and a fair coin shows heads as well, and "
        "that coin brings its own one bit.",
    ),
    "3.why": Explanation(
        prompt="Two models are right equally often. Why can their losses differ?",
        model="Accuracy asks only which class came first; the loss asks how much probability went to what "
        "happened, so it sees how sure each model was, when right and when wrong.",
    ),
    "4.why": Explanation(
        prompt="q calls impossible what p allows. Why is D(p‖q) infinite, and D(q‖p) need not be?",
        model="Whoever stands first produces the data: p sooner or later shows what q has no code for, while "
        "data from q never include it, so nobody is billed for it.",
    ),
    "5.why": Explanation(
        prompt="X and Y are independent. Why does the plug-in estimate of I(X;Y) come out above 0 all the "
        "same?",
        model="Chance never fills the cells in exact proportion to their margins, and every departure, up or "
        "down, counts as something shared: the estimate cannot go below 0, so the errors do not cancel.",
    ),
    "6.why": Explanation(
        prompt="Why does one ruler say that the network forgets its input, and a finer one that it does not?",
        model="I(X;T) counts codes that can be told apart, and the ruler decides what counts as apart: when "
        "activations move together, a coarse bin merges them while a fine one still separates every input.",
    ),
    "7.why": Explanation(
        prompt="A reward for an event rules alone in the end. Why does that cost exactly the event's "
        "surprise in KL, and no more?",
        model="Once only the event is left, every reply in it has become 1/p(event) times as likely, so "
        "the mean log of that ratio is the surprise; the model's preferences within the event stay as "
        "they were.",
    ),
    "8.why": Explanation(
        prompt="Cross-entropy, squared error, distillation and the RLHF objective look unlike each other. "
        "Why has each of them a floor, or a ceiling, that no training moves?",
        model="Each is a divergence plus something that does not depend on what is learned; training can "
        "bring the divergence down to 0, and the rest belongs to the data or to the question.",
    ),
}


class SelfExplanation(Controls):
    """A question, a text box, and a button that shows the model sentence once something is written."""

    def __init__(self, number: str, explanation: Explanation) -> None:
        self._explanation = explanation
        super().__init__(
            f"In one sentence {number}",
            [TextBox("words", explanation.prompt), Action("compare_button", "Compare")],
        )

    def act(self, name: str) -> None:
        """Answer the button."""
        self.compare()

    def compare(self) -> None:
        """Show the model sentence, as the button does."""
        if not self.state["words"].strip():
            self.sentence = "Write your sentence first; a clumsy one is fine."
            return
        self.sentence = f"One way to say it: {self._explanation.model} Does yours give the same reason?"

    def plain_text(self) -> str:
        """Return the question, the same whether it was answered or not."""
        return f"{self.title}. {self._explanation.prompt} Write your sentence, then compare."


#: The exercise that asks for the whole course, one sentence a chapter.
WHOLE_COURSE = "8.6"


class CourseInSentences(Controls):
    """A box for every chapter, and a button that shows model sentences beside those that were written."""

    PROMPT = "What does each chapter say? One sentence without any symbol."

    def __init__(self) -> None:
        self._models = {f"chapter_{n}": model for n, (_, model) in enumerate(CHAPTERS_IN_A_SENTENCE, start=1)}
        boxes = [
            TextBox(name, f"Chapter {name[-1]}, {title}", rows=1)
            for name, (title, _) in zip(self._models, CHAPTERS_IN_A_SENTENCE, strict=True)
        ]
        title = f"One sentence per chapter {WHOLE_COURSE}"
        super().__init__(title, [*boxes, Action("compare_button", "Compare")])

    def act(self, name: str) -> None:
        """Answer the button."""
        self.compare()

    def compare(self) -> None:
        """Show the model sentences of the chapters that were written about, as the button does."""
        written = [name for name in self._models if self.state[name].strip()]
        if not written:
            self.sentence = "Write a sentence about at least one chapter first; a clumsy one is fine."
            return
        models = "\n".join(f"Chapter {name[-1]}: {self._models[name]}" for name in written)
        left = len(self._models) - len(written)
        more = f" Still to write: {left}." if left else ""
        self.sentence = f"One way to say it.\n{models}\nWhat do yours have that these lack?{more}"

    def plain_text(self) -> str:
        """Return the task, the same whether it was done or not."""
        return f"{self.title}. {self.PROMPT} Write as many as you like, then compare."


def explain(explanation_id: str) -> SelfExplanation | CourseInSentences:
    """Ask for a reason in the learner's own words, then show a model sentence.

    What is written stays in this notebook's kernel: it is neither graded nor kept.

    Parameters
    ----------
    explanation_id : str
        For instance ``"1.halving"``; ``"8.6"`` asks for a sentence about every chapter.

    Returns
    -------
    SelfExplanation or CourseInSentences
        As the last line of a cell it shows itself.

    Raises
    ------
    LookupError
        If there is no such question.

    Examples
    --------
    >>> box = explain("1.halving")
    >>> box.compare()
    >>> box.readout
    'Write your sentence first; a clumsy one is fine.'
    """
    if explanation_id == WHOLE_COURSE:
        return CourseInSentences()
    if explanation_id not in EXPLANATIONS:
        known = ", ".join([*EXPLANATIONS, WHOLE_COURSE])
        raise UnknownId(f"There is no why-question {explanation_id!r}. There are: {known}.")
    return SelfExplanation(explanation_id, EXPLANATIONS[explanation_id])
