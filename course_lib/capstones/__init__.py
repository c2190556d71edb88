"""The capstones: four projects, each with five automatic checks and questions only you can answer.

Choose one: `capstone_a` a compressor, `capstone_b` an honest classifier, `capstone_c` a story told by three
features, `capstone_d` a language model steered at the least cost. Each takes what you have made, shows what
was found and what is needed, and says for what fails where to look. `rubric("A")` shows the task first.
"""

from course_lib.capstones.classifier import capstone_b, drifted
from course_lib.capstones.compressor import capstone_a
from course_lib.capstones.features import capstone_c
from course_lib.capstones.grading import Check, Report
from course_lib.capstones.rubrics import rubric
from course_lib.capstones.steering import capstone_d

__all__ = ["Check", "Report", "capstone_a", "capstone_b", "capstone_c", "capstone_d", "drifted", "rubric"]
